/* confine.h: shuts a throw-away server in, since it runs what untrusted models say; private to src/pg. */
#ifndef MODELC_CONFINE_H
#define MODELC_CONFINE_H

/* For a child process, just before it executes a server program of the folder `bin` in the folder that holds its data, which is the
 * current one. From then on it and its children write in that folder only, read the system and no home, run no program but PostgreSQL's
 * and the shell that pg_ctl starts it by, and connect to nothing. Whatever the kernel doesn't know of that (before Linux 5.13: files;
 * other processors than x86-64 and ARM: connections) is left as it is. */
void confine(const char *bin);

#endif
