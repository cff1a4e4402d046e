// The floor for a UDP server with one thread on this machine: recvmmsg, set QR, sendmmsg back.
//
//   udp-echo PORT [OCTETS]     OCTETS: answers are at least as long
#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned kBatch = 64;
constexpr size_t kRoom = 2048;

struct Batch {
    unsigned char octets[kBatch][kRoom] = {};
    sockaddr_in from[kBatch] = {};
    iovec parts[kBatch] = {};
    mmsghdr messages[kBatch] = {};

    void ready() {
        for (unsigned k = 0; k < kBatch; ++k) {
            parts[k] = {octets[k], kRoom};
            messages[k].msg_hdr = {&from[k], sizeof from[k], &parts[k], 1, nullptr, 0, 0};
        }
    }
};

int bound_socket(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0), octets = 4 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
        std::perror("udp-echo: bind");
        std::exit(1);
    }
    return descriptor;
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) return 2;
    int descriptor = bound_socket(static_cast<uint16_t>(std::atoi(words[1])));
    size_t least = count > 2 ? static_cast<size_t>(std::atoi(words[2])) : 0;
    static Batch batch;
    for (;;) {
        batch.ready();
        int got = recvmmsg(descriptor, batch.messages, kBatch, MSG_WAITFORONE, nullptr);
        if (got < 0) return std::perror("udp-echo: recvmmsg"), 1;
        for (int k = 0; k < got; ++k) {
            batch.octets[k][2] |= 0x80;
            batch.parts[k].iov_len = std::max<size_t>(batch.messages[k].msg_len, least);
        }
        for (int sent = 0; sent < got;) {
            int now =
                sendmmsg(descriptor, batch.messages + sent, static_cast<unsigned>(got - sent), 0);
            if (now < 0) break;
            sent += now;
        }
    }
}
