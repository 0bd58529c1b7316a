// Detects over a log file: detect LOG prints the alerts as JSON lines, each in its last state.
#include <stdio.h>
#include <string.h>

#include "sidestep.h"

// Says what went wrong, and where; gives the exit status.
static int fail(sidestep_error *error) {
  fprintf(stderr, "error: %s: %s\n", sidestep_error_place(error), sidestep_error_message(error));
  sidestep_error_free(error);
  return 1;
}

static int64_t read_file(void *user, uint8_t *into, size_t capacity) {
  FILE *file = user;
  size_t read = fread(into, 1, capacity, file);
  return ferror(file) ? -1 : (int64_t)read;
}

// Prints the alerts that wait and have come to their end.
static sidestep_status print_alerts(sidestep_engine *engine, sidestep_error **error) {
  for (;;) {
    sidestep_alert *alert = NULL;
    sidestep_status status = sidestep_engine_next_alert(engine, &alert, error);
    if (status != SIDESTEP_OK || alert == NULL) {
      return status;
    }
    sidestep_alert_view view;
    view.struct_size = sizeof view;
    sidestep_buffer *text = NULL;
    status = sidestep_alert_get(alert, &view, error);
    if (status == SIDESTEP_OK && view.state == SIDESTEP_STATE_CLOSED) {
      status = sidestep_alert_write(alert, SIDESTEP_EMIT_JSON, &text, error);
      if (status == SIDESTEP_OK) {
        fwrite(sidestep_buffer_data(text), 1, sidestep_buffer_len(text), stdout);
      }
    }
    sidestep_buffer_free(text);
    sidestep_alert_free(alert);
    if (status != SIDESTEP_OK) {
      return status;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: detect LOG\n");
    return 2;
  }
  if (sidestep_abi_version() != SIDESTEP_ABI_VERSION) {
    fprintf(stderr, "error: libsidestep %s has another ABI\n", sidestep_version_string());
    return 1;
  }
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) {
    perror(argv[1]);
    return 1;
  }
  sidestep_error *error = NULL;
  sidestep_config *config = NULL;
  sidestep_engine *engine = NULL;
  sidestep_reader *reader = NULL;
  sidestep_input input;
  memset(&input, 0, sizeof input);
  input.struct_size = sizeof input;
  input.place.data = argv[1];
  input.place.len = strlen(argv[1]);
  input.read = read_file;
  input.user = file;

  int failed =
      sidestep_config_new(&config, &error) != SIDESTEP_OK ||
      sidestep_config_set(config, SIDESTEP_CONFIG_ALERTS_PER_DAY, 1.0, &error) != SIDESTEP_OK ||
      sidestep_engine_new(config, &engine, &error) != SIDESTEP_OK ||
      sidestep_reader_new(&reader, &error) != SIDESTEP_OK ||
      sidestep_reader_process(reader, &input, engine, &error) != SIDESTEP_OK ||
      sidestep_engine_finish(engine, &error) != SIDESTEP_OK ||
      print_alerts(engine, &error) != SIDESTEP_OK;
  int status = failed ? fail(error) : 0;

  sidestep_reader_free(reader);
  sidestep_engine_free(engine);
  sidestep_config_free(config);
  fclose(file);
  return status;
}
