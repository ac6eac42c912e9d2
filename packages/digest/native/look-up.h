// Finds functions that the process exports to addons, so that nothing is linked, and the addon also loads where they do not exist.
#pragma once

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE // for RTLD_DEFAULT
#endif

#include <dlfcn.h>
#include <stddef.h>

// Returns whether a function of this name was found. POSIX guarantees that a pointer to a function fits into one to data.
static inline int look_up(const char *name, void *function) {
  void *found = dlsym(RTLD_DEFAULT, name);
  *(void **)function = found;
  return found != NULL;
}
