/* A modality that asks without delay: the least of the DICOM upper layer (PS3.8) and of C-FIND and C-ECHO (PS3.7) that
   will do, over a bare socket with TCP_NODELAY, so that what is measured is the server and not the client.

     modality SOURCE PORT CALLED CALLING kept|new|echo QUERIES COUNT SECONDS

   SOURCE is our own address. `kept` asks over one association, `new` over one for each query, `echo` associates, echoes
   and releases. QUERIES is a file of data sets (implicit little endian), each after its length in four bytes, little
   end first; they are asked in turn, COUNT times at most and for SECONDS at most. Says `ready`, begins when it reads a
   line, and then prints for each time `MATCHES MICROSECONDS`, from before the connection (`kept`: the request) to after
   the last answer (`new`, `echo`: the release). Ends with status 1 and a sentence when the server does not answer as
   it should. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_SECONDS = 60,           /* for any answer */
    MAX_PDU = 131072,           /* of what we receive, as we announce it */
    MAX_QUERY = 4096,
    ASSOCIATE_AC = 2, DATA = 4, RELEASE_RQ = 5, RELEASE_RP = 6,
    PENDING = 0xFF00, PENDING_WARNING = 0xFF01
};

static const char find_class[] = "1.2.840.10008.5.1.4.31", echo_class[] = "1.2.840.10008.1.1";
static const char implicit_little_endian[] = "1.2.840.10008.1.2", application_context[] = "1.2.840.10008.3.1.1.1";

static int server = -1;
static uint8_t pdu[MAX_PDU + 6], input[1 << 18];
static size_t input_from, input_to;

static void fail(const char *words, ...) {
    va_list arguments;
    va_start(arguments, words);
    vfprintf(stderr, words, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static int64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Bytes to be sent. */
typedef struct { uint8_t bytes[MAX_QUERY + 1024]; size_t size; } buffer;

static void put(buffer *to, const void *bytes, size_t size) {
    if (to->size + size > sizeof to->bytes) fail("a request of more than %zu bytes", sizeof to->bytes);
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static void big(buffer *to, uint64_t value, int size) {
    for (int i = size - 1; i >= 0; i--) { uint8_t byte = value >> 8 * i; put(to, &byte, 1); }
}

static void little(buffer *to, uint64_t value, int size) {
    for (int i = 0; i < size; i++) { uint8_t byte = value >> 8 * i; put(to, &byte, 1); }
}

static void item(buffer *to, int kind, const void *content, size_t size) {
    big(to, kind, 1); big(to, 0, 1); big(to, size, 2);
    put(to, content, size);
}

static void send_all(const buffer *what) {
    for (size_t done = 0; done < what->size;) {
        ssize_t sent = send(server, what->bytes + done, what->size - done, MSG_NOSIGNAL);
        if (sent < 0) fail("cannot send: %s", strerror(errno));
        done += sent;
    }
}

static void need(uint8_t *to, size_t size) {
    while (size > 0) {
        if (input_from == input_to) {
            ssize_t got = recv(server, input, sizeof input, 0);
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail("no answer within %d s", WAIT_SECONDS);
            if (got <= 0) fail("the connection was closed");
            input_from = 0;
            input_to = got;
        }
        size_t part = input_to - input_from < size ? input_to - input_from : size;
        memcpy(to, input + input_from, part);
        input_from += part; to += part; size -= part;
    }
}

/* Reads a PDU into `pdu`; its type, and the size of what follows the six bytes. */
static int receive(uint32_t *size) {
    need(pdu, 6);
    *size = (uint32_t)pdu[2] << 24 | pdu[3] << 16 | pdu[4] << 8 | pdu[5];
    if (*size > MAX_PDU) fail("a PDU of %u bytes, although %d were announced", *size, MAX_PDU);
    int kind = pdu[0];
    need(pdu, *size);
    return kind;
}

static void associate(const char *source, int port, const char *called, const char *calling, const char *class) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval wait = {.tv_sec = WAIT_SECONDS};
    struct sockaddr_in own = {.sin_family = AF_INET};
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (inet_pton(AF_INET, source, &own.sin_addr) != 1 || bind(server, (struct sockaddr *)&own, sizeof own) != 0)
        fail("no address of ours: %s", source);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot connect: %s", strerror(errno));
    input_from = input_to = 0;

    buffer body = {.size = 0}, context = {.size = 0}, user = {.size = 0}, request = {.size = 0};
    char titles[33];
    snprintf(titles, sizeof titles, "%-16.16s%-16.16s", called, calling);
    big(&body, 1, 2); big(&body, 0, 2);
    put(&body, titles, 32);
    for (int i = 0; i < 4; i++) big(&body, 0, 8);
    item(&body, 0x10, application_context, strlen(application_context));
    big(&context, 0x01000000, 4);
    item(&context, 0x30, class, strlen(class));
    item(&context, 0x40, implicit_little_endian, strlen(implicit_little_endian));
    item(&body, 0x20, context.bytes, context.size);
    big(&user, 0x51000004, 4); big(&user, MAX_PDU, 4);
    item(&user, 0x52, "1.2.3.4", 7);
    item(&body, 0x50, user.bytes, user.size);
    big(&request, 0x0100, 2); big(&request, body.size, 4);
    put(&request, body.bytes, body.size);
    send_all(&request);

    uint32_t size;
    int kind = receive(&size);
    if (kind != ASSOCIATE_AC) fail("the association was not accepted: PDU %d, %d %d %d", kind, pdu[1], pdu[2], pdu[3]);
    for (uint32_t at = 68; at + 4 <= size; at += 4 + (pdu[at + 2] << 8 | pdu[at + 3]))
        if (pdu[at] == 0x21 && pdu[at + 6] == 0) return;
    fail("the presentation context was not accepted");
}

static void end_association(void) {
    buffer request = {.size = 0};
    uint32_t size;
    big(&request, 0x0500, 2); big(&request, 4, 4); big(&request, 0, 4);
    send_all(&request);
    int kind = receive(&size);
    if (kind != RELEASE_RP) fail("PDU %d instead of the release's answer", kind);
    close(server);
}

static void field(buffer *to, int element, const void *bytes, size_t size) {
    little(to, 0, 2); little(to, element, 2); little(to, size + size % 2, 4);
    put(to, bytes, size);
    if (size % 2) little(to, 0, 1);
}

static void fragment(buffer *to, int flags, const uint8_t *bytes, size_t size) {
    big(to, 0x0400, 2); big(to, size + 6, 4); big(to, size + 2, 4); big(to, 1, 1); big(to, flags, 1);
    put(to, bytes, size);
}

static uint32_t little_end_first(const uint8_t *bytes) {
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int status(const uint8_t *command, size_t size) {
    for (size_t at = 0; at + 10 <= size;) {
        uint32_t length = little_end_first(command + at + 4);
        if (command[at] == 0 && command[at + 1] == 0 && command[at + 2] == 0 && command[at + 3] == 9)
            return command[at + 8] | command[at + 9] << 8;
        at += 8 + (size_t)length;
    }
    fail("an answer without status");
    return 0;
}

/* Sends a command, with a data set or without, and reads answers up to the last; how many matches there were. */
static int ask(int command_field, const char *class, const uint8_t *data_set, size_t data_size) {
    static int message = 0;
    buffer fields = {.size = 0}, command = {.size = 0}, request = {.size = 0};
    uint8_t pair[2];
    message = message % 65535 + 1;
    field(&fields, 0x0002, class, strlen(class));
    pair[0] = command_field; pair[1] = 0; field(&fields, 0x0100, pair, 2);
    pair[0] = message; pair[1] = message >> 8; field(&fields, 0x0110, pair, 2);
    if (data_set) field(&fields, 0x0700, "\0\0", 2);
    field(&fields, 0x0800, data_set ? "\1\0" : "\1\1", 2);
    pair[0] = fields.size; pair[1] = fields.size >> 8;
    little(&command, 0, 4); little(&command, 4, 4); little(&command, fields.size, 4);
    put(&command, fields.bytes, fields.size);
    fragment(&request, 3, command.bytes, command.size);
    if (data_set) fragment(&request, 2, data_set, data_size);
    send_all(&request);

    uint8_t answer[1024];
    size_t answer_size = 0, data = 0;
    int pending = 0, expects_data = 0;
    for (;;) {
        uint32_t size;
        int kind = receive(&size);
        if (kind != DATA) fail("PDU %d instead of an answer", kind);
        for (uint32_t at = 0; at + 6 <= size;) {
            uint32_t length = (uint32_t)pdu[at] << 24 | pdu[at + 1] << 16 | pdu[at + 2] << 8 | pdu[at + 3];
            int flags = pdu[at + 5];
            if (length < 2 || length > size - at - 4) fail("a fragment of %u bytes", length);
            if (flags & 1) {
                if (expects_data) fail("a command instead of a match's data set");
                if (answer_size + length - 2 > sizeof answer) fail("an answer's command is too long");
                memcpy(answer + answer_size, pdu + at + 6, length - 2);
                answer_size += length - 2;
                if (flags & 2) {
                    int what = status(answer, answer_size);
                    answer_size = 0;
                    if (what != PENDING && what != PENDING_WARNING) {
                        if (what != 0) fail("status %04X", what);
                        return pending;
                    }
                    expects_data = 1;
                }
            } else {
                data += length - 2;
                if (flags & 2) {
                    if (!expects_data || data == 0) fail("a data set that belongs to no match, or an empty one");
                    pending++;
                    expects_data = 0;
                    data = 0;
                }
            }
            at += 4 + length;
        }
    }
}

int main(int count, char **words) {
    if (count != 9) fail("modality SOURCE PORT CALLED CALLING kept|new|echo QUERIES COUNT SECONDS");
    const char *source = words[1], *called = words[3], *calling = words[4], *mode = words[5], *path = words[6];
    int port = atoi(words[2]), times = atoi(words[7]);
    int64_t limit = (int64_t)(atof(words[8]) * 1e6);
    int echo = !strcmp(mode, "echo"), kept = !strcmp(mode, "kept");
    if (!echo && !kept && strcmp(mode, "new")) fail("kept, new or echo, not %s", mode);

    static uint8_t queries[1 << 22];
    size_t size = 0, at = 0;
    if (!echo) {
        FILE *file = fopen(path, "rb");
        if (!file) fail("%s: %s", path, strerror(errno));
        size = fread(queries, 1, sizeof queries, file);
        fclose(file);
        if (size < 5) fail("%s holds no query", path);
    }
    struct { int matches; int64_t took; } *found = calloc(times, sizeof *found);
    if (kept) associate(source, port, called, calling, find_class);
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    while (getchar() != '\n' && !feof(stdin)) {}

    int64_t end = microseconds() + limit;
    int done = 0;
    while (done < times && (done == 0 || microseconds() < end)) {
        int64_t began = microseconds();
        if (!kept) associate(source, port, called, calling, echo ? echo_class : find_class);
        if (echo) {
            ask(0x30, echo_class, NULL, 0);
        } else {
            uint32_t length = little_end_first(queries + at);
            if (length > MAX_QUERY || at + 4 + length > size) fail("%s is no list of queries", path);
            found[done].matches = ask(0x20, find_class, queries + at + 4, length);
            at = at + 4 + length == size ? 0 : at + 4 + length;
        }
        if (!kept) end_association();
        found[done++].took = microseconds() - began;
    }
    if (kept) end_association();
    for (int i = 0; i < done; i++) printf("%d %lld\n", found[i].matches, (long long)found[i].took);
    return 0;
}
