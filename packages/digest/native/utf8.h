// UTF-8 as the decoders of JavaScript accept it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Bytes that follow the first byte of a character, or -1; `low` and `high` bound the second byte.
static inline int utf8_following(uint8_t first, uint8_t *low, uint8_t *high) {
  *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  // no surrogates, and nothing behind U+10FFFF
  *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

static inline bool utf8_is_valid(const uint8_t *at, size_t length) {
  const uint8_t *end = at + length;
  while (at < end) {
    uint64_t eight;
    if (end - at >= 8 && (memcpy(&eight, at, 8), (eight & 0x8080808080808080) == 0)) {
      at += 8;
      continue;
    }
    if (*at < 0x80) {
      at++;
      continue;
    }
    uint8_t low, high;
    const int following = utf8_following(*at, &low, &high);
    if (following < 0 || end - at <= following || at[1] < low || at[1] > high) return false;
    for (int i = 2; i <= following; i++) {
      if ((at[i] & 0xc0) != 0x80) return false;
    }
    at += following + 1;
  }
  return true;
}
