/*
 * Preloaded into Bochs so that its remote-framebuffer display, the only one that needs neither a
 * screen nor a terminal in Debian's build, opens no port: binding and listening succeed without
 * happening, and waiting for a viewer lasts for ever. Nor does its alarm clock ring: it would write
 * the speed into the log each second, from a signal handler, and wait for ever when the log is just
 * being written. Built and loaded by bochs_setup.py; knows nothing else of Bochs.
 */
#include <sys/socket.h>
#include <unistd.h>

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
