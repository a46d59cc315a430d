/* confine.c: Landlock for files, TCP and signals, seccomp for connections: both need no rights and are inherited by every backend. */
#include "pg/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files */

/* The header at hand may be older than the kernel. */
enum {
    RIGHTS_1 = 13, /* file system rights of the first version: bits 0 to 12 */
    ABI_REFER = 2,
    ABI_TRUNCATE = 3,
    ABI_TCP = 4,
    ABI_DEVICES = 5,
    ABI_SCOPES = 6,
    TCP_BOTH = 3,   /* bind, connect */
    SCOPES_BOTH = 3 /* abstract sockets, signals */
};
struct ruleset {
    uint64_t fs, net, scoped;
};

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static uint64_t all_of_files(long abi)
{
    int bits = RIGHTS_1 + (abi >= ABI_REFER) + (abi >= ABI_TRUNCATE) + (abi >= ABI_DEVICES);
    return (UINT64_C(1) << bits) - 1;
}

/* What isn't there needs no rule. A file takes no rights of folders. */
static void allow_opened(int rules, int fd, uint64_t rights)
{
    const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE;
    struct stat info;
    if (fd < 0) return;
    if (fstat(fd, &info) == 0) {
        struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = S_ISDIR(info.st_mode) ? rights : rights & of_files};
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(fd);
}

static void allow(int rules, const char *path, uint64_t rights)
{
    allow_opened(rules, open(path, O_PATH | O_CLOEXEC), rights);
}

/* The programs of a version that stands somewhere else have their libraries beside them. */
static void allow_beside(int rules, const char *bin, const char *path)
{
    int folder = open(bin, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    allow_opened(rules, openat(folder, path, O_PATH | O_CLOEXEC), READ);
    close(folder);
}

/* A dynamic program is started by its loader. */
static void allow_loaders(int rules)
{
    static const char *const patterns[] = {"/lib*/ld-*.so*", "/usr/lib*/ld-*.so*", "/lib/*/ld-*.so*", "/usr/lib/*/ld-*.so*"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) != 0) continue;
        for (size_t k = 0; k < found.gl_pathc; k++) allow(rules, found.gl_pathv[k], READ | LANDLOCK_ACCESS_FS_EXECUTE);
        globfree(&found);
    }
}

static void allow_what_is_needed(int rules, const char *bin, uint64_t all)
{
    static const char *const read[] = {"/usr", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix/store", "/proc/self", "/proc/sys"};
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) allow(rules, read[i], READ);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) allow(rules, devices[i], READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(rules, ".", all & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE);
    allow(rules, bin, READ | LANDLOCK_ACCESS_FS_EXECUTE);
    allow_beside(rules, bin, "../lib");
    allow_beside(rules, bin, "../share");
    allow(rules, "/bin/sh", READ | LANDLOCK_ACCESS_FS_EXECUTE);
    allow_loaders(rules);
}

static void confine_files(const char *bin)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return;
    struct ruleset ruleset = {.fs = all_of_files(abi), .net = abi >= ABI_TCP ? TCP_BOTH : 0, .scoped = abi >= ABI_SCOPES ? SCOPES_BOTH : 0};
    size_t size = abi >= ABI_SCOPES ? sizeof ruleset : abi >= ABI_TCP ? offsetof(struct ruleset, scoped) : sizeof ruleset.fs;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (rules < 0) return;
    allow_what_is_needed(rules, bin, ruleset.fs);
    syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
}

/* ---- connections */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Another server's socket may trust this user, as our own does. */
static void confine_connections(void)
{
#ifdef ARCHITECTURE
    enum { X32_BIT = 0x40000000 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), /* by another architecture's numbers */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1), /* connects by itself */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

void confine(const char *bin)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
    confine_files(bin);
    confine_connections();
}
