#include "entries.h"

#include <stdbool.h>
#include <string.h>

#include "utf8.h"

#define COLUMNS_MAX 16
#define DIGITS_MAX 15
// The first second of the year 10000.
#define TIME_END_S 253402300800

typedef struct entries_text text;

// The steps of a template: see `STEP` of packages/protocol/src/entry-template.ts.
enum step { STEP_LITERAL, STEP_EQUALS, STEP_ABSENT, STEP_KEY, STEP_WORD, STEP_NUMBER, STEP_TIME, STEPS };
enum escape { ESCAPE_XML, ESCAPE_URL, ESCAPE_PATH, ESCAPES };

struct plan {
  uint8_t version;
  size_t name_at, columns;
  text names[COLUMNS_MAX];
};

// A row: the name in its key, and the members of its value as they are written there; absent ones have no bytes.
struct row {
  text name;
  text members[COLUMNS_MAX];
};

struct output {
  uint8_t *at, *end;
};

// Reading

static bool take(text *from, size_t length, text *taken) {
  if (from->length < length) return false;
  *taken = (text){from->at, length};
  from->at += length;
  from->length -= length;
  return true;
}

static bool take_number(text *from, size_t bytes, size_t *number) {
  text taken;
  if (!take(from, bytes, &taken)) return false;
  *number = 0;
  for (size_t i = bytes; i-- > 0;) *number = *number << 8 | taken.at[i];
  return true;
}

static bool take_counted(text *from, size_t bytes, text *taken) {
  size_t length;
  return take_number(from, bytes, &length) && take(from, length, taken);
}

static bool equal(text left, text right) {
  return left.length == right.length && (left.length == 0 || memcmp(left.at, right.at, left.length) == 0);
}

static bool read_plan(text from, struct plan *plan) {
  size_t version;
  if (!take_number(&from, 1, &version) || !take_number(&from, 2, &plan->name_at)) return false;
  plan->version = (uint8_t)version;
  for (plan->columns = 0; from.length > 0; plan->columns++) {
    if (plan->columns == COLUMNS_MAX || !take_counted(&from, 1, &plan->names[plan->columns])) return false;
  }
  return true;
}

// Members

static const uint8_t *find(const uint8_t *from, const uint8_t *end, int byte) {
  return from < end ? memchr(from, byte, (size_t)(end - from)) : NULL;
}

static bool is_opening(uint8_t byte) { return byte == '{' || byte == '['; }
static bool is_closing(uint8_t byte) { return byte == '}' || byte == ']'; }

static const uint8_t *end_of_nested(const uint8_t *at, const uint8_t *end) {
  size_t depth = 0;
  for (; at < end; at++) {
    if (*at == '"') {
      at = find(at + 1, end, '"');
      if (at == NULL) return NULL;
    } else if (is_opening(*at)) {
      depth++;
    } else if (is_closing(*at) && --depth == 0) {
      return at + 1;
    }
  }
  return NULL;
}

// The end of a value without escapes, or NULL.
static const uint8_t *end_of_value(const uint8_t *at, const uint8_t *end) {
  if (at == end) return NULL;
  if (*at == '"') {
    const uint8_t *quote = find(at + 1, end, '"');
    return quote == NULL ? NULL : quote + 1;
  }
  if (is_opening(*at)) return end_of_nested(at, end);
  const uint8_t *start = at;
  while (at < end && *at != ',' && !is_closing(*at)) at++;
  return at == start || at == end ? NULL : at;
}

// Notes a member that is wanted; false if it comes a second time.
static bool note_member(const struct plan *plan, text name, text value, struct row *row) {
  for (size_t i = 0; i < plan->columns; i++) {
    if (!equal(plan->names[i], name)) continue;
    if (row->members[i].length > 0) return false;
    row->members[i] = value;
  }
  return true;
}

// Finds the members of a JSON object as JSON.stringify writes it; false for anything else, and where there are escapes.
static bool find_members(const struct plan *plan, text json, struct row *row) {
  const uint8_t *at = json.at, *end = json.at + json.length;
  if (find(at, end, '\\') != NULL || !utf8_is_valid(json.at, json.length)) return false;
  if (at == end || *at++ != '{') return false;
  for (;;) {
    if (at == end || *at != '"') return false;
    const uint8_t *quote = find(at + 1, end, '"');
    if (quote == NULL || end - quote < 2 || quote[1] != ':') return false;
    const uint8_t *value = quote + 2, *behind = end_of_value(value, end);
    if (behind == NULL || behind == end) return false;
    const text name = {at + 1, (size_t)(quote - at - 1)};
    if (!note_member(plan, name, (text){value, (size_t)(behind - value)}, row)) return false;
    if (*behind == '}') return behind + 1 == end;
    if (*behind != ',') return false;
    at = behind + 1;
  }
}

static bool read_row(const struct plan *plan, text key, text value, struct row *row) {
  memset(row, 0, sizeof *row);
  if (key.length < plan->name_at || value.length < 2 || value.at[0] != plan->version) return false;
  row->name = (text){key.at + plan->name_at, key.length - plan->name_at};
  const text behind_version = {value.at + 1, value.length - 1};
  const uint8_t *zero = memchr(behind_version.at, 0, behind_version.length);
  const text json = {behind_version.at, zero == NULL ? behind_version.length : (size_t)(zero - behind_version.at)};
  return utf8_is_valid(row->name.at, row->name.length) && find_members(plan, json, row);
}

// Printing. Each returns false where there is no room, or the value has another form.

static bool put(struct output *out, const void *bytes, size_t length) {
  if ((size_t)(out->end - out->at) < length) return false;
  if (length > 0) memcpy(out->at, bytes, length);
  out->at += length;
  return true;
}

static const char HEX[] = "0123456789ABCDEF";

static bool put_reference(struct output *out, uint8_t byte) {
  if (byte == '&') return put(out, "&amp;", 5);
  if (byte == '<') return put(out, "&lt;", 4);
  if (byte == '>') return put(out, "&gt;", 4);
  const char text[] = {'&', '#', 'x', HEX[byte >> 4], HEX[byte & 15], ';'};
  // without a leading zero
  return byte < 16 ? put(out, text, 3) && put(out, text + 4, 2) : put(out, text, sizeof text);
}

static bool is_reserved(uint8_t byte) {
  return byte == '&' || byte == '<' || byte == '>' || (byte < 0x20 && byte != '\t' && byte != '\n');
}

static bool put_escaped(struct output *out, text name) {
  for (size_t i = 0; i < name.length; i++) {
    const uint8_t byte = name.at[i];
    if (is_reserved(byte)) {
      if (!put_reference(out, byte)) return false;
      continue;
    }
    // U+FFFE and U+FFFF: XML has no such characters
    if (byte == 0xef && name.at[i + 1] == 0xbf && name.at[i + 2] >= 0xbe) return false;
    if (out->at == out->end) return false;
    *out->at++ = byte;
  }
  return true;
}

static bool is_letter_or_digit(uint8_t byte) {
  return (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static bool is_unreserved(uint8_t byte) {
  return is_letter_or_digit(byte) || byte == '-' || byte == '_' || byte == '.' || byte == '~';
}

static bool put_percent_encoded(struct output *out, text name, bool keeps_slashes) {
  for (size_t i = 0; i < name.length; i++) {
    const uint8_t byte = name.at[i];
    if (is_unreserved(byte) || (byte == '/' && keeps_slashes)) {
      if (out->at == out->end) return false;
      *out->at++ = byte;
    } else {
      const char encoded[] = {'%', HEX[byte >> 4], HEX[byte & 15]};
      if (!put(out, encoded, sizeof encoded)) return false;
    }
  }
  return true;
}

// A string of letters, digits and hyphens.
static bool put_word(struct output *out, text value, bool in_lower_case) {
  if (value.length < 2 || value.at[0] != '"' || (size_t)(out->end - out->at) < value.length) return false;
  for (size_t i = 1; i < value.length - 1; i++) {
    const uint8_t byte = value.at[i];
    if (!is_letter_or_digit(byte) && byte != '-') return false;
    *out->at++ = in_lower_case && byte >= 'A' && byte <= 'Z' ? byte | 32 : byte;
  }
  return true;
}

static bool is_number(text value) {
  if (value.length == 0 || value.length > DIGITS_MAX || (value.at[0] == '0' && value.length > 1)) return false;
  for (size_t i = 0; i < value.length; i++) {
    if (value.at[i] < '0' || value.at[i] > '9') return false;
  }
  return true;
}

static void write_digits(char *at, int64_t number, size_t digits) {
  for (size_t i = digits; i-- > 0; number /= 10) at[i] = (char)('0' + number % 10);
}

// Milliseconds since 1970 as `2026-01-05T08:00:00.000Z`, in whole seconds.
static bool put_time(struct output *out, text value) {
  if (!is_number(value)) return false;
  int64_t seconds = 0;
  for (size_t i = 0; i < value.length; i++) seconds = seconds * 10 + (value.at[i] - '0');
  seconds /= 1000;
  if (seconds >= TIME_END_S) return false;
  // days since 1 March of the year 0, in eras of 400 years
  const int64_t days = seconds / 86400 + 719468, of_day = seconds % 86400;
  const int64_t era = days / 146097, of_era = days % 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * of_year + 2) / 153;
  const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  char printed[] = "0000-00-00T00:00:00.000Z";
  write_digits(printed, era * 400 + year_of_era + (month <= 2), 4);
  write_digits(printed + 5, month, 2);
  write_digits(printed + 8, of_year - (153 * from_march + 2) / 5 + 1, 2);
  write_digits(printed + 11, of_day / 3600, 2);
  write_digits(printed + 14, of_day / 60 % 60, 2);
  write_digits(printed + 17, of_day % 60, 2);
  return put(out, printed, sizeof printed - 1);
}

static bool put_name(struct output *out, text name, size_t escape) {
  return escape == ESCAPE_XML ? put_escaped(out, name) : put_percent_encoded(out, name, escape == ESCAPE_PATH);
}

// A template's next step. Columns beyond the last are absent ones.
static bool run_step(size_t step, text *template, const struct row *row, struct output *out) {
  text literal;
  size_t column, other, option;
  if (step == STEP_LITERAL) return take_counted(template, 2, &literal) && put(out, literal.at, literal.length);
  if (!take_number(template, 1, &column)) return false;
  if (step == STEP_KEY) return column < ESCAPES && put_name(out, row->name, column);
  if (column >= COLUMNS_MAX) return false;
  const text value = row->members[column];
  if (step == STEP_EQUALS) return take_counted(template, 2, &literal) && equal(value, literal);
  if (step == STEP_ABSENT) return value.length == 0;
  if (step == STEP_NUMBER) return is_number(value) && put(out, value.at, value.length);
  if (step == STEP_TIME) return put_time(out, value);
  if (step != STEP_WORD || !take_number(template, 1, &other) || !take_number(template, 1, &option)) return false;
  const bool has_other = other < COLUMNS_MAX && row->members[other].length > 0;
  return put_word(out, has_other ? row->members[other] : value, option != 0);
}

static bool run_template(text template, const struct row *row, struct output *out) {
  while (template.length > 0) {
    size_t step;
    if (!take_number(&template, 1, &step) || !run_step(step, &template, row, out)) return false;
  }
  return true;
}

// Prints a row by the first template that fits it; otherwise `out` stays as it is.
static bool print_row(text templates, const struct row *row, struct output *out) {
  text template;
  while (take_counted(&templates, 4, &template)) {
    struct output trial = *out;
    if (!run_template(template, row, &trial)) continue;
    *out = trial;
    return true;
  }
  return false;
}

size_t entries_print(const struct entries_job *job, uint8_t *out, size_t room, size_t *printed) {
  struct output output = {out, out + room};
  struct plan plan;
  struct row row;
  text rows = job->rows, key, value;
  *printed = 0;
  if (!read_plan(job->plan, &plan)) return 0;
  while (take_counted(&rows, 4, &key) && take_counted(&rows, 4, &value)) {
    if (!read_row(&plan, key, value, &row) || !print_row(job->templates, &row, &output)) break;
    ++*printed;
  }
  return (size_t)(output.at - out);
}
