/* proxy.c: stands between a command and a PostgreSQL server, on unix sockets, and does harm at one message of their talk.
 *
 *     proxy SERVER LISTEN WHEN ACTION LOG COMMAND...
 *
 * SERVER, LISTEN  the server's socket, and the one that the command is to connect to
 * WHEN            a number: that message, of all connections and both directions together (what cancels a statement is not
 *                 counted); else a text: the first message of the command that holds it
 * ACTION          none    nothing
 *                 before  the connection is cut instead of passing the message on
 *                 after   the message is passed on, then the connection is cut
 *                 gone    like before, and nobody can connect any more
 *                 kill    the command is killed (SIGKILL) instead of passing the message on
 *                 run:X   X is run by the shell, then the message is passed on
 *                 sent:X  the message is passed on, then X is run
 * LOG             gets a line for each message: number, F (of the command) or B (of the server), type, text
 *
 * Ends with the command, and with its exit code (128 + signal where one ended it). */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRONT, BACK, MOST_LINKS = 64 };
static const unsigned cancel_request = 80877102;

struct inbox {
    int fd; /* where it comes from */
    char *at;
    size_t len, room;
};
struct link { /* one connection; fd -1: closed */
    struct inbox side[2];
    bool started, cancels; /* the first message of a connection has no type */
};
struct proxy {
    const char *server, *text, *action;
    long when, count;
    bool done, silent; /* the harm was done; nobody is served any more */
    FILE *log;
    int listener, signals;
    pid_t command;
    struct link links[MOST_LINKS];
    size_t n;
};

static void die(const char *what)
{
    perror(what);
    exit(99);
}

static int open_socket(const char *path, bool listening)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(path) >= sizeof address.sun_path) die(path);
    strcpy(address.sun_path, path);
    if (listening) unlink(path);
    int failed = listening ? bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 16)
                           : connect(fd, (struct sockaddr *)&address, sizeof address);
    if (!failed) return fd;
    close(fd);
    if (listening) die(path);
    return -1;
}

static void close_link(struct link *link)
{
    for (int side = FRONT; side <= BACK; side++) {
        if (link->side[side].fd >= 0) close(link->side[side].fd);
        link->side[side].fd = -1;
        free(link->side[side].at);
        link->side[side] = (struct inbox){.fd = -1};
    }
}

static void accept_link(struct proxy *proxy)
{
    int front = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC), back = front < 0 ? -1 : open_socket(proxy->server, false);
    if (back < 0 || proxy->n == MOST_LINKS) {
        if (front >= 0) close(front);
        if (back >= 0) close(back);
        return;
    }
    proxy->links[proxy->n++] = (struct link){.side = {{.fd = front}, {.fd = back}}};
}

/* Whether something came; false: the other end is closed. */
static bool receive(struct inbox *inbox)
{
    if (inbox->room - inbox->len < 65536) {
        inbox->room += 131072;
        inbox->at = realloc(inbox->at, inbox->room);
        if (!inbox->at) die("realloc");
    }
    ssize_t n = read(inbox->fd, inbox->at + inbox->len, inbox->room - inbox->len);
    if (n > 0) inbox->len += (size_t)n;
    return n > 0 || (n < 0 && errno == EINTR);
}

static bool pass_on(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* The length of the first whole message, 0 where there is none yet. */
static size_t first_message(const struct inbox *inbox, bool typed)
{
    uint32_t n;
    size_t head = typed ? 1 : 0;
    if (inbox->len < head + sizeof n) return 0;
    memcpy(&n, inbox->at + head, sizeof n);
    size_t len = head + ntohl(n);
    return inbox->len < len ? 0 : len;
}

static void note(struct proxy *proxy, int side, const char *message, size_t len, bool typed)
{
    char type = typed ? message[0] : '-';
    bool readable = side == FRONT && typed && strchr("QP", type);
    fprintf(proxy->log, "%ld %c %c ", proxy->count, side == FRONT ? 'F' : 'B', type);
    for (size_t i = 5; readable && i < len && i < 200; i++) {
        if (message[i] == '\n') fputc(' ', proxy->log);
        else if (message[i]) fputc(message[i], proxy->log);
    }
    fputc('\n', proxy->log);
    fflush(proxy->log);
}

static bool is_the_one(const struct proxy *proxy, int side, const char *message, size_t len)
{
    if (proxy->done || strcmp(proxy->action, "none") == 0) return false;
    if (proxy->when > 0) return proxy->count == proxy->when;
    return side == FRONT && memmem(message, len, proxy->text, strlen(proxy->text)) != NULL;
}

static void shell(const char *command)
{
    if (system(command) < 0) perror(command);
}

/* What is done at the one message. False: the connection is to be closed. */
static bool harm(struct proxy *proxy, int to, const char *message, size_t len)
{
    const char *action = proxy->action;
    proxy->done = true;
    if (strncmp(action, "run:", 4) == 0) {
        shell(action + 4);
        return pass_on(to, message, len);
    }
    if (strncmp(action, "sent:", 5) == 0) {
        bool sent = pass_on(to, message, len);
        shell(action + 5);
        return sent;
    }
    if (strcmp(action, "after") == 0) pass_on(to, message, len);
    if (strcmp(action, "gone") == 0) {
        close(proxy->listener);
        proxy->listener = -1;
    }
    if (strcmp(action, "kill") == 0) {
        kill(proxy->command, SIGKILL);
        proxy->silent = true;
    }
    return false;
}

static bool handle(struct proxy *proxy, struct link *link, int side)
{
    struct inbox *inbox = &link->side[side];
    int to = link->side[1 - side].fd;
    for (size_t len; (len = first_message(inbox, side == BACK || link->started)) > 0;) {
        bool typed = side == BACK || link->started, fine;
        uint32_t code = 0;
        if (!typed && len >= 8) memcpy(&code, inbox->at + 4, sizeof code);
        if (side == FRONT && !link->started) link->started = !(link->cancels = ntohl(code) == cancel_request);
        if (link->cancels) {
            fine = pass_on(to, inbox->at, len);
        } else {
            proxy->count++;
            note(proxy, side, inbox->at, len, typed);
            fine = is_the_one(proxy, side, inbox->at, len) ? harm(proxy, to, inbox->at, len) : pass_on(to, inbox->at, len);
        }
        if (!fine) return false;
        memmove(inbox->at, inbox->at + len, inbox->len - len);
        inbox->len -= len;
    }
    return true;
}

static void serve_links(struct proxy *proxy, const struct pollfd *ready)
{
    size_t n = proxy->n;
    for (size_t i = 0; i < n && !proxy->silent; i++) {
        struct link *link = &proxy->links[i];
        for (int side = FRONT; side <= BACK && !proxy->silent; side++) {
            if (!ready[i * 2 + (size_t)side].revents || link->side[side].fd < 0) continue;
            if (!receive(&link->side[side]) || !handle(proxy, link, side)) close_link(link);
        }
    }
    for (size_t i = 0; proxy->silent && i < n; i++) close_link(&proxy->links[i]);
}

/* Until the command has ended; its exit code. */
static int serve(struct proxy *proxy)
{
    int status;
    for (;;) {
        struct pollfd ready[MOST_LINKS * 2 + 2];
        size_t n = proxy->n * 2;
        for (size_t i = 0; i < n; i++) {
            ready[i] = (struct pollfd){.fd = proxy->links[i / 2].side[i % 2].fd, .events = POLLIN};
        }
        ready[n] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
        ready[n + 1] = (struct pollfd){.fd = proxy->signals, .events = POLLIN};
        if (poll(ready, n + 2, -1) < 0 && errno != EINTR) die("poll");
        serve_links(proxy, ready);
        if (proxy->listener >= 0 && ready[n].revents && !proxy->silent) accept_link(proxy);
        if (!ready[n + 1].revents) continue;
        struct signalfd_siginfo info;
        if (read(proxy->signals, &info, sizeof info) < 0) die("read");
        if (waitpid(proxy->command, &status, WNOHANG) == proxy->command) break;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static pid_t start(char **argv, const sigset_t *blocked)
{
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid > 0) return pid;
    sigprocmask(SIG_UNBLOCK, blocked, NULL);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

int main(int argc, char **argv)
{
    static struct proxy proxy;
    sigset_t blocked;
    if (argc < 7) return fprintf(stderr, "proxy SERVER LISTEN WHEN ACTION LOG COMMAND...\n"), 99;
    proxy.server = argv[1];
    proxy.text = argv[3];
    proxy.when = strtol(argv[3], NULL, 10);
    proxy.action = argv[4];
    proxy.log = fopen(argv[5], "we");
    if (!proxy.log) die(argv[5]);
    proxy.listener = open_socket(argv[2], true);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    proxy.signals = signalfd(-1, &blocked, SFD_CLOEXEC);
    if (proxy.signals < 0) die("signalfd");
    proxy.command = start(argv + 6, &blocked);
    int code = serve(&proxy);
    for (size_t i = 0; i < proxy.n; i++) close_link(&proxy.links[i]);
    fclose(proxy.log);
    unlink(argv[2]);
    return code;
}
