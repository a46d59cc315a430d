/* cleanup.h: closing FILEs and descriptors at the end of their scope. */
#ifndef MODELC_CLEANUP_H
#define MODELC_CLEANUP_H

#include <stdio.h>
#include <unistd.h>

static inline void cleanup_file(FILE **file) { if (*file) fclose(*file); }
static inline void cleanup_fd(int *fd) { if (*fd >= 0) close(*fd); }

#define CLEANUP(fn) __attribute__((cleanup(fn)))

#endif
