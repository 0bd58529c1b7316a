// Embeds the engine in a loop: history, then live events, alerts by callback, state saved and loaded.
#include <stdio.h>
#include <string.h>

#include "sidestep.h"

static const int64_t HOUR = 3600000000LL;

static sidestep_str text(const char *string) {
  sidestep_str str;
  str.data = string;
  str.len = strlen(string);
  return str;
}

// What the callbacks count.
struct seen {
  int alerts;
  int messages;
};

static void on_alert(void *user, const sidestep_alert *alert) {
  struct seen *seen = user;
  sidestep_alert_view view;
  view.struct_size = sizeof view;
  if (sidestep_alert_get(alert, &view, NULL) == SIDESTEP_OK) {
    seen->alerts += 1;
    printf("alert %.*s: %.*s\n", (int)view.id.len, view.id.data, (int)view.summary.len,
           view.summary.data);
  }
}

static void on_log(void *user, uint32_t level, sidestep_str message) {
  struct seen *seen = user;
  seen->messages += 1;
  fprintf(stderr, "log %u: %.*s\n", (unsigned)level, (int)message.len, message.data);
}

// A logon of `account` over the network.
static sidestep_event logon(int64_t time, const char *account, const char *from, const char *to) {
  sidestep_event event;
  sidestep_event_init(&event, sizeof event, NULL);
  event.time = time;
  event.account.name = text(account);
  event.account.domain = text("CORP");
  event.src_host.name = text(from);
  event.dst_host.name = text(to);
  event.logon_type = SIDESTEP_LOGON_TYPE_NETWORK;
  event.auth_protocol = SIDESTEP_AUTH_PROTOCOL_KERBEROS;
  event.outcome = SIDESTEP_OUTCOME_SUCCESS;
  return event;
}

static int check(sidestep_status status, sidestep_error *error) {
  if (status == SIDESTEP_OK) {
    return 1;
  }
  fprintf(stderr, "%s at %s: %s\n", sidestep_status_name(status), sidestep_error_place(error),
          sidestep_error_message(error));
  sidestep_error_free(error);
  return 0;
}

int main(void) {
  static const char *const PEOPLE[] = {"alice", "bob", "carol", "dave"};
  static const char *const DESKS[] = {"WS-1", "WS-2", "WS-3", "WS-4"};
  struct seen seen = {0, 0};
  sidestep_error *error = NULL;
  sidestep_config *config = NULL;
  sidestep_engine *engine = NULL;
  int ok = check(sidestep_config_new(&config, &error), error) &&
           check(sidestep_config_set(config, SIDESTEP_CONFIG_WARM_UP_DAYS, 0, &error), error) &&
           check(sidestep_engine_new(config, &engine, &error), error) &&
           check(sidestep_engine_set_alert_callback(engine, on_alert, &seen, &error), error) &&
           check(sidestep_engine_set_log_callback(engine, on_log, &seen, &error), error);
  sidestep_config_free(config);

  // Three weeks of habit.
  int64_t now = 1700000000000000LL;
  for (int hour = 0; ok && hour < 24 * 21; hour++, now += HOUR) {
    sidestep_event events[4];
    for (int who = 0; who < 4; who++) {
      events[who] = logon(now + who, PEOPLE[who], DESKS[who], hour % 3 ? "FILES-1" : "MAIL-1");
    }
    size_t taken = 0;
    ok = check(sidestep_engine_learn_all(engine, events, 4, &taken, &error), error) && taken == 4;
  }
  // The state can be carried over to another process.
  sidestep_buffer *state = NULL;
  sidestep_engine *restored = NULL;
  ok = ok && check(sidestep_engine_save(engine, &state, &error), error) &&
       check(sidestep_engine_load((const uint8_t *)sidestep_buffer_data(state),
                                  sidestep_buffer_len(state), &restored, &error),
             error);
  sidestep_buffer_free(state);

  // Somebody goes from desk to desk.
  for (int hop = 0; ok && hop < 3; hop++, now += HOUR / 60) {
    sidestep_event event = logon(now, "alice", DESKS[hop], DESKS[hop + 1]);
    sidestep_score before = {0, 0}, after = {0, 0};
    ok = check(sidestep_engine_score(engine, &event, &before, &error), error) &&
         (hop > 0 || (check(sidestep_engine_score(restored, &event, &after, &error), error) &&
                      before.surprise == after.surprise)) &&
         check(sidestep_engine_process(engine, &event, &error), error);
    printf("%s to %s: surprise %.1f nats\n", DESKS[hop], DESKS[hop + 1], before.surprise);
  }
  ok = ok && check(sidestep_engine_finish(engine, &error), error);

  sidestep_metrics metrics;
  metrics.struct_size = sizeof metrics;
  ok = ok && check(sidestep_engine_metrics(engine, &metrics, &error), error);
  if (ok) {
    printf("%llu events, %llu logins, %d alert states\n", (unsigned long long)metrics.events,
           (unsigned long long)metrics.logins, seen.alerts);
  }
  sidestep_engine_free(restored);
  sidestep_engine_free(engine);
  return ok ? 0 : 1;
}
