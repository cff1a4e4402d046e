// A TCP stream, cut into segments by the first octets of the input: through a real session, the
// messages in it are answered as if they had come one by one, in their order, and nothing else is.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "server/net/tcp_server.h"
#include "server/publish/system.h"

namespace {

using namespace server;

constexpr size_t kMostOctets = 8192;

// A message comes back with QR set; one that has it already is not answered.
void echo(const Set&, std::span<const Request> requests, std::span<Outcome> outcomes, Scratch&,
          dns::UnixTime) {
    for (size_t i = 0; i < requests.size(); ++i) {
        const dns::Octets message = requests[i].message;
        if (message.size() < dns::kHeaderSize) std::abort();
        outcomes[i] = Outcome();
        if ((message[2] & 0x80) != 0) continue;
        outcomes[i].action = Action::reply;
        outcomes[i].size = static_cast<uint32_t>(message.size());
        std::memcpy(requests[i].room.data(), message.data(), message.size());
        requests[i].room[2] |= 0x80;
    }
}

// One message after the other, as RFC 1035 4.2.2 says it.
std::vector<uint8_t> expected_replies(dns::Octets stream) {
    std::vector<uint8_t> replies;
    while (stream.size() >= 2) {
        const size_t size = dns::load16(stream.data());
        if (size < dns::kHeaderSize || size > stream.size() - 2) break;
        if ((stream[4] & 0x80) == 0) {
            replies.insert(replies.end(), stream.begin(),
                           stream.begin() + static_cast<std::ptrdiff_t>(size + 2));
            replies[replies.size() - size + 2] |= 0x80;
        }
        stream = stream.subspan(size + 2);
    }
    return replies;
}

struct House {
    SystemClock clock;
    Counters counters;
    Answering answering{{&echo, nullptr, &clock, &counters, nullptr, nullptr, nullptr},
                        std::make_shared<Set>()};
    ConnectionLimits limits{10, 10, {1, 2}};
};

void check(House& house, dns::Octets cuts, dns::Octets stream) {
    net::asio::io_context io(1);
    TcpServer server(io, house.answering, house.limits, {}, {});
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return;
    Client client;
    client.transport = Transport::tcp;
    server.admit(ends[0], client);
    size_t at = 0;
    for (uint8_t cut : cuts) {
        const size_t size = std::min<size_t>(cut + size_t{1}, stream.size() - at);
        // A session that has ended takes no more; what it answered is there.
        if (size > 0 && ::send(ends[1], stream.data() + at, size, MSG_NOSIGNAL) < 0) break;
        at += size;
        io.poll();
    }
    if (at < stream.size()) ::send(ends[1], stream.data() + at, stream.size() - at, MSG_NOSIGNAL);
    ::shutdown(ends[1], SHUT_WR);
    // Once for what is read at once, once for each time that is between.
    for (int i = 0; i < 4; ++i) io.poll();
    std::vector<uint8_t> replies(2 * kMostOctets);
    size_t got = 0;
    for (ssize_t some; (some = ::recv(ends[1], replies.data() + got, replies.size() - got, 0)) > 0;)
        got += static_cast<size_t>(some);
    replies.resize(got);
    ::close(ends[1]);
    if (replies != expected_replies(stream)) std::abort();
    if (house.limits.open() != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1 || size > kMostOctets) return 0;
    static House* const house = new House;
    const size_t cuts = std::min<size_t>(data[0] % 32, size - 1);
    check(*house, {data + 1, cuts}, {data + 1 + cuts, size - 1 - cuts});
    return 0;
}
