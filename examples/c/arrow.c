// Processes an Arrow batch: four columns that this program lays out itself. A program that uses an Arrow
// library exports its batches as the same two structs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sidestep.h"

enum { ROWS = 3, COLUMNS = 4 };

static const int64_t TIMES[ROWS] = {1700000000000000LL, 1700000001000000LL, 1700000002000000LL};
static const int32_t OFFSETS[COLUMNS][ROWS + 1] = {
    {0, 0, 0, 0}, {0, 5, 8, 13}, {0, 4, 8, 12}, {0, 5, 10, 15}};
static const char *const TEXTS[COLUMNS] = {"", "alicebobalice", "WS-1WS-2WS-1", "FILESFILESFILES"};
static const char *const NAMES[COLUMNS] = {"time", "account", "src_host", "dst_host"};

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t at = 0; at < schema->n_children; at++) {
    if (schema->children[at]->release != NULL) {
      schema->children[at]->release(schema->children[at]);
    }
    free(schema->children[at]);
  }
  free(schema->children);
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  for (int64_t at = 0; at < array->n_children; at++) {
    if (array->children[at]->release != NULL) {
      array->children[at]->release(array->children[at]);
    }
    free(array->children[at]);
  }
  free(array->children);
  free(array->buffers);
  array->release = NULL;
}

static void *room(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    abort();
  }
  return memory;
}

static void make(struct ArrowSchema *schema, struct ArrowArray *array) {
  memset(schema, 0, sizeof *schema);
  memset(array, 0, sizeof *array);
  schema->format = "+s";
  schema->name = "";
  schema->n_children = COLUMNS;
  schema->children = room(COLUMNS, sizeof *schema->children);
  schema->release = release_schema;
  array->length = ROWS;
  array->n_buffers = 1;
  array->buffers = room(1, sizeof *array->buffers);
  array->n_children = COLUMNS;
  array->children = room(COLUMNS, sizeof *array->children);
  array->release = release_array;
  for (int at = 0; at < COLUMNS; at++) {
    struct ArrowSchema *field = room(1, sizeof *field);
    field->format = at == 0 ? "tsu:UTC" : "u";
    field->name = NAMES[at];
    field->release = release_schema;
    schema->children[at] = field;
    struct ArrowArray *column = room(1, sizeof *column);
    column->length = ROWS;
    column->n_buffers = at == 0 ? 2 : 3;
    column->buffers = room(3, sizeof *column->buffers);
    column->buffers[1] = at == 0 ? (const void *)TIMES : (const void *)OFFSETS[at];
    column->buffers[2] = at == 0 ? NULL : (const void *)TEXTS[at];
    column->release = release_array;
    array->children[at] = column;
  }
}

int main(void) {
  sidestep_error *error = NULL;
  sidestep_engine *engine = NULL;
  sidestep_reader *reader = NULL;
  struct ArrowSchema schema;
  struct ArrowArray array;
  make(&schema, &array);

  sidestep_metrics metrics;
  metrics.struct_size = sizeof metrics;
  int ok = sidestep_engine_new(NULL, &engine, &error) == SIDESTEP_OK &&
           sidestep_reader_new(&reader, &error) == SIDESTEP_OK &&
           sidestep_reader_process_arrow(reader, &array, &schema, engine, &error) == SIDESTEP_OK &&
           sidestep_engine_metrics(engine, &metrics, &error) == SIDESTEP_OK;
  if (ok) {
    printf("%llu events, %llu logins\n", (unsigned long long)metrics.events,
           (unsigned long long)metrics.logins);
    ok = metrics.logins == ROWS;
  } else {
    fprintf(stderr, "error: %s: %s\n", sidestep_error_place(error), sidestep_error_message(error));
    sidestep_error_free(error);
  }
  // The array was moved, unless the call did not come to it; the schema is ours.
  if (array.release != NULL) {
    array.release(&array);
  }
  schema.release(&schema);
  sidestep_reader_free(reader);
  sidestep_engine_free(engine);
  return ok ? 0 : 1;
}
