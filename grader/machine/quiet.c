/*
 * Preloaded into Bochs so that its remote-framebuffer display, the only one that needs neither a
 * screen nor a terminal in Debian's build, opens no port: binding and listening succeed without
 * happening, and waiting for a viewer lasts for ever. Nor does its alarm clock ring: it would write
 * the speed into the log each second, from a signal handler, and wait for ever when the log is just
 * being written. What Ctrl-C starts writes into the log, too, so it waits until the thread that it
 * came to holds no lock. Built and loaded by bochs_setup.py; knows nothing else of Bochs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* Read in a signal handler, where what has to be allocated first must not be touched. */
static __thread volatile sig_atomic_t locks __attribute__((tls_model("initial-exec")));
static __thread volatile sig_atomic_t late __attribute__((tls_model("initial-exec")));
static void (*on_ctrl_c)(int);
static int (*lock)(pthread_mutex_t *);
static int (*unlock)(pthread_mutex_t *);
static void (*(*set_handler)(int, void (*)(int)))(int);

__attribute__((constructor)) static void find(void)
{
    *(void **)&lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
    *(void **)&unlock = dlsym(RTLD_NEXT, "pthread_mutex_unlock");
    *(void **)&set_handler = dlsym(RTLD_NEXT, "signal");
}

static void ctrl_c(int number)
{
    if (locks)
        late = 1;
    else
        on_ctrl_c(number);
}

/* (cppcheck 2.10 takes what set_handler gives back for a number.) */
void (*signal(int number, void (*handler)(int)))(int)
{
    if (!set_handler)
        find();
    if (number != SIGINT || handler == SIG_IGN || handler == SIG_DFL)
        return set_handler(number, handler); /* cppcheck-suppress CastIntegerToAddressAtReturn */
    on_ctrl_c = handler;
    return set_handler(number, ctrl_c); /* cppcheck-suppress CastIntegerToAddressAtReturn */
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!lock)
        find();
    locks++;
    return lock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (!unlock)
        find();
    int status = unlock(mutex);

    if (locks > 0)
        locks--;
    if (locks == 0 && late) {
        late = 0;
        on_ctrl_c(SIGINT);
    }
    return status;
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd, (void)address, (void)length;
    return 0;
}

int listen(int fd, int backlog)
{
    (void)fd, (void)backlog;
    return 0;
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length)
{
    (void)fd, (void)address, (void)length;
    for (;;)
        pause();
}

unsigned int alarm(unsigned int seconds)
{
    (void)seconds;
    return 0;
}
