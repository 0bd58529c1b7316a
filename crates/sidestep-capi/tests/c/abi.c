// What is promised to C programs: right use works, and wrong use that can be seen is a status.
// Built and run by tests/programs.rs; with -DPANIC_TEST also where the library can be made to panic.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidestep.h"

#define CHECK(condition)                                                          \
  do {                                                                            \
    if (!(condition)) {                                                           \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);     \
      exit(1);                                                                    \
    }                                                                             \
  } while (0)

static sidestep_str text(const char *string) {
  sidestep_str str;
  str.data = string;
  str.len = strlen(string);
  return str;
}

static sidestep_event logon(int64_t time) {
  sidestep_event event;
  CHECK(sidestep_event_init(&event, sizeof event, NULL) == SIDESTEP_OK);
  event.time = time;
  event.account.name = text("alice");
  event.src_host.name = text("WS-1");
  event.dst_host.name = text("FILES-1");
  event.outcome = SIDESTEP_OUTCOME_SUCCESS;
  return event;
}

// The status, message and place of a failure, then nothing once the next call succeeds.
static void errors_say_what_and_where(void) {
  sidestep_engine *engine = NULL;
  sidestep_error *error = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, &error) == SIDESTEP_OK && error == NULL);
  sidestep_event events[3] = {logon(1), logon(2), logon(3)};
  events[2].account.name = text("\xff");
  size_t taken = 7;
  CHECK(sidestep_engine_process_all(engine, events, 3, &taken, &error) == SIDESTEP_ERR_UTF8);
  CHECK(taken == 2);
  CHECK(sidestep_error_status(error) == SIDESTEP_ERR_UTF8);
  CHECK(strcmp(sidestep_error_place(error), "events[2].account.name") == 0);
  CHECK(strstr(sidestep_error_message(error), "UTF-8") != NULL);
  CHECK(sidestep_error_free(error) == SIDESTEP_OK);
  CHECK(sidestep_engine_process(engine, &events[0], &error) == SIDESTEP_OK && error == NULL);
  CHECK(sidestep_engine_free(engine) == SIDESTEP_OK);
}

static void wrong_pointers_are_seen(void) {
  sidestep_engine *engine = NULL;
  sidestep_config *config = NULL;
  CHECK(sidestep_engine_new(NULL, NULL, NULL) == SIDESTEP_ERR_NULL);
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  CHECK(sidestep_config_new(&config, NULL) == SIDESTEP_OK);
  sidestep_event event = logon(1);
  CHECK(sidestep_engine_process(NULL, &event, NULL) == SIDESTEP_ERR_NULL);
  CHECK(sidestep_engine_process(engine, NULL, NULL) == SIDESTEP_ERR_NULL);
  // A handle of another kind, through void *, as only a mistake would.
  void *wrong = config;
  CHECK(sidestep_engine_process(wrong, &event, NULL) == SIDESTEP_ERR_HANDLE);
  CHECK(sidestep_alert_free(wrong) == SIDESTEP_ERR_HANDLE);
  // Not aligned.
  char room[sizeof event + 16];
  char *odd = room + 8 - (uintptr_t)room % 8 + 1;
  memcpy(odd, &event, sizeof event);
  void *misaligned = odd;
  CHECK(sidestep_engine_process(engine, misaligned, NULL) == SIDESTEP_ERR_MISALIGNED);
  // Too small, and from a later header.
  event.struct_size -= 1;
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_STRUCT_SIZE);
  event.struct_size = 0;
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_STRUCT_SIZE);
  struct {
    sidestep_event event;
    uint64_t later;
  } grown;
  memset(&grown, 0, sizeof grown);
  grown.event = logon(1);
  grown.event.struct_size = sizeof grown;
  CHECK(sidestep_engine_process(engine, &grown.event, NULL) == SIDESTEP_OK);
  grown.later = 1;
  CHECK(sidestep_engine_process(engine, &grown.event, NULL) == SIDESTEP_ERR_STRUCT_SIZE);
  // Values that are none.
  event = logon(2);
  event.outcome = 99;
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_VALUE);
  event = logon(2);
  event.src_host.ip_len = 5;
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_VALUE);
  event = logon(2);
  event.present = 1u << 31;
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_VALUE);
  event = logon(-1);
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_EVENT);
  CHECK(sidestep_config_set(config, SIDESTEP_CONFIG_WINDOW_HOURS, 0, NULL) == SIDESTEP_ERR_CONFIG);
  CHECK(sidestep_config_set(config, 99, 0, NULL) == SIDESTEP_ERR_VALUE);
  // Nothing is freed by NULL.
  CHECK(sidestep_engine_free(NULL) == SIDESTEP_OK);
  CHECK(sidestep_error_message(NULL)[0] == '\0');
  CHECK(sidestep_buffer_data(NULL) == NULL && sidestep_buffer_len(NULL) == 0);
  CHECK(sidestep_config_free(config) == SIDESTEP_OK);
  CHECK(sidestep_engine_free(engine) == SIDESTEP_OK);
}

static void a_damaged_state_is_refused(void) {
  sidestep_engine *engine = NULL, *again = NULL;
  sidestep_buffer *state = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  sidestep_event event = logon(1);
  CHECK(sidestep_engine_learn(engine, &event, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_save(engine, &state, NULL) == SIDESTEP_OK);
  const uint8_t *bytes = (const uint8_t *)sidestep_buffer_data(state);
  size_t len = sidestep_buffer_len(state);
  CHECK(sidestep_engine_load(bytes, len - 1, &again, NULL) == SIDESTEP_ERR_SNAPSHOT && !again);
  CHECK(sidestep_engine_load(NULL, 1, &again, NULL) == SIDESTEP_ERR_NULL);
  CHECK(sidestep_engine_load(bytes, len, &again, NULL) == SIDESTEP_OK);
  sidestep_buffer_free(state);
  sidestep_engine_free(again);
  sidestep_engine_free(engine);
}

static void an_engine_forgets_an_account_and_a_host(void) {
  sidestep_engine *engine = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  sidestep_event event = logon(1);
  event.account.name = text("bob");
  CHECK(sidestep_engine_learn(engine, &event, NULL) == SIDESTEP_OK);
  uint32_t known = 7;
  CHECK(sidestep_engine_forget_account(engine, text("nobody"), &known, NULL) == SIDESTEP_OK && known == 0);
  CHECK(sidestep_engine_forget_account(engine, event.account.name, NULL, NULL) == SIDESTEP_OK);
  sidestep_metrics metrics;
  memset(&metrics, 0, sizeof metrics);
  metrics.struct_size = sizeof metrics;
  CHECK(sidestep_engine_metrics(engine, &metrics, NULL) == SIDESTEP_OK && metrics.edges == 0);
  CHECK(sidestep_engine_forget_host(engine, event.dst_host.name, &known, NULL) == SIDESTEP_OK && known == 1);
  CHECK(sidestep_engine_forget_host(engine, event.dst_host.name, &known, NULL) == SIDESTEP_OK && known == 0);
  sidestep_engine_free(engine);
}

static void engines_are_merged_where_their_settings_are_the_same(void) {
  sidestep_engine *whole = NULL, *part = NULL, *other = NULL;
  sidestep_config *config = NULL;
  sidestep_error *error = NULL;
  CHECK(sidestep_engine_new(NULL, &whole, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_new(NULL, &part, NULL) == SIDESTEP_OK);
  sidestep_event event = logon(1);
  CHECK(sidestep_engine_learn(whole, &event, NULL) == SIDESTEP_OK);
  event.account.name = text("bob");
  CHECK(sidestep_engine_learn(part, &event, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_merge(whole, part, &error) == SIDESTEP_OK && error == NULL);
  sidestep_metrics metrics;
  memset(&metrics, 0, sizeof metrics);
  metrics.struct_size = sizeof metrics;
  CHECK(sidestep_engine_metrics(whole, &metrics, NULL) == SIDESTEP_OK);
  CHECK(metrics.events == 2 && metrics.edges == 2 && metrics.accounts == 2);
  CHECK(sidestep_engine_merge(whole, whole, NULL) == SIDESTEP_ERR_BUSY);
  CHECK(sidestep_config_new(&config, NULL) == SIDESTEP_OK);
  CHECK(sidestep_config_set(config, SIDESTEP_CONFIG_WINDOW_HOURS, 5, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_new(config, &other, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_merge(whole, other, &error) == SIDESTEP_ERR_CONFIG);
  CHECK(strcmp(sidestep_error_place(error), "window_hours") == 0);
  sidestep_error_free(error);
  sidestep_config_free(config);
  sidestep_engine_free(other);
  sidestep_engine_free(part);
  sidestep_engine_free(whole);
}

struct inside {
  sidestep_engine *engine;
  sidestep_reader *reader;
  int events;
};

static int32_t call_back_into(void *user, const sidestep_event *event,
                              const sidestep_activity *activity) {
  struct inside *inside = user;
  CHECK((event == NULL) != (activity == NULL));
  CHECK(sidestep_reader_free(inside->reader) == SIDESTEP_ERR_BUSY);
  CHECK(sidestep_engine_process(inside->engine, event, NULL) == SIDESTEP_OK);
  inside->events += 1;
  return inside->events == 2;
}

static void a_callback_cannot_reach_what_calls_it(void) {
  static const char LOG[] =
      "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n"
      "2,U1@DOM1,U1@DOM1,C1,C8,Kerberos,Network,LogOn,Success\n"
      "3,U1@DOM1,U1@DOM1,C1,C9,Kerberos,Network,LogOn,Success\n";
  struct inside inside = {NULL, NULL, 0};
  CHECK(sidestep_engine_new(NULL, &inside.engine, NULL) == SIDESTEP_OK);
  CHECK(sidestep_reader_new(&inside.reader, NULL) == SIDESTEP_OK);
  sidestep_input input;
  memset(&input, 0, sizeof input);
  input.struct_size = sizeof input;
  input.bytes = (const uint8_t *)LOG;
  input.len = sizeof LOG - 1;
  CHECK(sidestep_reader_events(inside.reader, &input, call_back_into, &inside, NULL) ==
        SIDESTEP_ERR_STOPPED);
  CHECK(inside.events == 2);
  CHECK(sidestep_reader_set(inside.reader, SIDESTEP_READER_FORMAT, text("lanl"), NULL) ==
        SIDESTEP_ERR_CONFIG);
  sidestep_reader_free(inside.reader);
  sidestep_engine_free(inside.engine);
}

static void *own_engine(void *unused) {
  (void)unused;
  sidestep_engine *engine = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  for (int64_t at = 0; at < 2000; at++) {
    sidestep_event event = logon(at * 1000000);
    CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_OK);
  }
  CHECK(sidestep_engine_free(engine) == SIDESTEP_OK);
  return NULL;
}

static void *shared_engine(void *user) {
  sidestep_engine *engine = user;
  for (int64_t at = 0; at < 2000; at++) {
    sidestep_event event = logon(at);
    sidestep_score score;
    CHECK(sidestep_engine_score(engine, &event, &score, NULL) == SIDESTEP_OK);
  }
  return NULL;
}

#ifndef HELGRIND
// Each writes at once: what gets the engine is done, what does not is told so.
static void *contended_engine(void *user) {
  for (int64_t at = 0; at < 2000; at++) {
    sidestep_event event = logon(at);
    sidestep_status status = sidestep_engine_process(user, &event, NULL);
    CHECK(status == SIDESTEP_OK || status == SIDESTEP_ERR_BUSY);
  }
  return NULL;
}
#endif

static void on_threads(void *(*work)(void *), void *user) {
  pthread_t threads[8];
  for (int at = 0; at < 8; at++) {
    CHECK(pthread_create(&threads[at], NULL, work, user) == 0);
  }
  for (int at = 0; at < 8; at++) {
    CHECK(pthread_join(threads[at], NULL) == 0);
  }
}

static void threads_share_what_they_may(void) {
  sidestep_engine *engine = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  on_threads(own_engine, NULL);
  on_threads(shared_engine, engine);
#ifndef HELGRIND
  // Helgrind knows locks and threads, not the atomics that keep these apart.
  on_threads(contended_engine, engine);
#endif
  CHECK(sidestep_engine_free(engine) == SIDESTEP_OK);
}

#ifdef PANIC_TEST
void sidestep_test_panic_in(const char *name);

static void a_panic_poisons_the_handle_and_no_more(void) {
  sidestep_engine *engine = NULL, *other = NULL;
  sidestep_error *error = NULL;
  CHECK(sidestep_engine_new(NULL, &engine, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_new(NULL, &other, NULL) == SIDESTEP_OK);
  sidestep_event event = logon(1);
  sidestep_test_panic_in("sidestep_engine_process");
  CHECK(sidestep_engine_process(engine, &event, &error) == SIDESTEP_ERR_PANIC);
  CHECK(strstr(sidestep_error_message(error), "panicked") != NULL);
  sidestep_error_free(error);
  sidestep_test_panic_in(NULL);
  CHECK(sidestep_engine_process(engine, &event, NULL) == SIDESTEP_ERR_POISONED);
  CHECK(sidestep_engine_finish(engine, NULL) == SIDESTEP_ERR_POISONED);
  CHECK(sidestep_engine_process(other, &event, NULL) == SIDESTEP_OK);
  CHECK(sidestep_engine_free(engine) == SIDESTEP_OK);
  CHECK(sidestep_engine_free(other) == SIDESTEP_OK);
}
#endif

int main(void) {
  CHECK(sidestep_abi_version() == SIDESTEP_ABI_VERSION);
  errors_say_what_and_where();
  wrong_pointers_are_seen();
  a_damaged_state_is_refused();
  an_engine_forgets_an_account_and_a_host();
  engines_are_merged_where_their_settings_are_the_same();
  a_callback_cannot_reach_what_calls_it();
  threads_share_what_they_may();
#ifdef PANIC_TEST
  a_panic_poisons_the_handle_and_no_more();
#endif
  puts("ok");
  return 0;
}
