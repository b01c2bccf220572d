/*
 * The least that a server of server-sent events can do: one thread, epoll, and one send() for each subscriber and
 * event. It has no history, no resume, no bounds and no heartbeats, and a subscriber that does not read holds up all
 * others. The port of 127.0.0.1 is the only argument.
 *
 *   GET /stream/CHANNEL      a stream, until either side closes
 *   POST /publish/CHANNEL    an event; needs Content-Length, and fits into one buffer with its head
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUCKETS = 16384, EVENTS = 512, REQUEST = 8192, BACKLOG = 4096 };

struct channel {
  struct channel *next;
  long last_id;
  struct connection **subscribers;
  int count, capacity;
  char name[];
};

struct connection {
  int fd;
  /* Those of a stream; a publisher has no channel. */
  struct channel *channel;
  int place;
  /* What came of a request so far. Allocated only while it is incomplete. */
  char *request;
  int length;
};

static struct channel *buckets[BUCKETS];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct channel *find_channel(const char *name, size_t length) {
  unsigned hash = 2166136261u;
  for (size_t at = 0; at < length; at++) hash = (hash ^ (unsigned char)name[at]) * 16777619u;
  struct channel **place = &buckets[hash % BUCKETS];
  for (; *place; place = &(*place)->next)
    if (strlen((*place)->name) == length && memcmp((*place)->name, name, length) == 0) return *place;
  *place = calloc(1, sizeof **place + length + 1);
  memcpy((*place)->name, name, length);
  return *place;
}

/* Blocks while the socket takes nothing. A broken connection is left to epoll, which reports it. */
static void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    bytes += sent;
    length -= sent;
  }
}

static void answer(struct connection *connection, const char *status) {
  char text[128];
  int length = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
  send_all(connection->fd, text, length);
}

static void subscribe(struct connection *connection, struct channel *channel) {
  static const char head[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Connection: close\r\n\r\n";
  send_all(connection->fd, head, sizeof head - 1);
  if (channel->count == channel->capacity) {
    channel->capacity = channel->capacity ? channel->capacity * 2 : 4;
    channel->subscribers = realloc(channel->subscribers, channel->capacity * sizeof(void *));
  }
  connection->channel = channel;
  connection->place = channel->count;
  channel->subscribers[channel->count++] = connection;
}

static void publish(struct channel *channel, const char *data, int length) {
  char event[REQUEST + 64];
  int size = snprintf(event, sizeof event, "id: %ld\ndata: %.*s\n\n", ++channel->last_id, length, data);
  for (int at = 0; at < channel->count; at++) send_all(channel->subscribers[at]->fd, event, size);
}

static void leave(struct connection *connection) {
  struct channel *channel = connection->channel;
  if (channel) {
    struct connection *last = channel->subscribers[--channel->count];
    last->place = connection->place;
    channel->subscribers[last->place] = last;
  }
  close(connection->fd);
  free(connection->request);
  free(connection);
}

/* Carries out the first request of the buffer; returns its bytes, or 0 if it is incomplete. */
static int carry_out(struct connection *connection, char *bytes, int length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (!end) return 0;
  /* From here on the head is a text of its own. */
  end[3] = '\0';
  int head = end + 4 - bytes;
  char *path = strchr(bytes, ' '), *path_end = path ? strchr(path + 1, ' ') : NULL;
  size_t path_length = path_end ? path_end - ++path : 0;
  char *field = strcasestr(bytes, "\r\nContent-Length:");
  int body = field ? atoi(field + 17) : 0;
  if (length < head + body) {
    end[3] = '\n';
    return 0;
  }
  if (path_length > 8 && memcmp(path, "/stream/", 8) == 0) {
    subscribe(connection, find_channel(path + 8, path_length - 8));
  } else if (path_length > 9 && memcmp(path, "/publish/", 9) == 0) {
    publish(find_channel(path + 9, path_length - 9), bytes + head, body);
    answer(connection, "204 No Content");
  } else if (path_length == 7 && memcmp(path, "/health", 7) == 0) {
    answer(connection, "200 OK");
  } else {
    answer(connection, "404 Not Found");
  }
  return head + body;
}

/* Returns 0 once the connection is to be closed. */
static int receive(struct connection *connection) {
  static char bytes[REQUEST];
  int kept = connection->length;
  memcpy(bytes, connection->request ? connection->request : "", kept);
  ssize_t got = recv(connection->fd, bytes + kept, REQUEST - kept, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (got <= 0) return 0;
  int length = kept + got, at = 0, used;
  while (at < length && (used = carry_out(connection, bytes + at, length - at)) > 0) at += used;
  free(connection->request);
  connection->request = NULL;
  connection->length = length - at;
  if (connection->length == 0) return 1;
  connection->request = malloc(connection->length);
  memcpy(connection->request, bytes + at, connection->length);
  return 1;
}

static void accept_all(int listener, int epoll) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest) < 0) fail("epoll_ctl");
  }
}

int main(int count, char **arguments) {
  if (count != 2) return fputs("usage: send-loop PORT\n", stderr), 2;
  int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(atoi(arguments[1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, BACKLOG) < 0) fail("listen");
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL}, ready[EVENTS];
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest) < 0) fail("epoll_ctl");
  for (;;) {
    int waiting = epoll_wait(epoll, ready, EVENTS, -1);
    for (int at = 0; at < waiting; at++) {
      struct connection *connection = ready[at].data.ptr;
      if (!connection) accept_all(listener, epoll);
      else if (!receive(connection)) leave(connection);
    }
  }
}
