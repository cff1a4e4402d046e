// Sends queries over TCP, many on a connection before their answers are back (RFC 7766 6.2.1.1),
// and checks every answer; answers may come in any order.
//
//   tcp-load --port N --queries FILE.q [--seconds S] [--connections N] [--outstanding N]
//            [--edns | --do]
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "queries.h"

namespace {

struct Options : bench::LoadOptions {
    size_t connections = 4;
};

Options read_options(int count, char** words) {
    Options options;
    options.outstanding = 32;  // a connection
    bench::read_options(count, words, options, {{"connections", &options.connections}});
    return options;
}

constexpr size_t kReadRoom = 1 << 17;

struct Connection {
    int descriptor = -1;
    std::vector<uint8_t> out, in = std::vector<uint8_t>(kReadRoom);
    size_t written = 0, have = 0;
    bench::OpenQueries open;
};

class Load {
  public:
    explicit Load(const Options& options)
        : options_(options),
          queries_(bench::read_queries(options.queries, options.edns())),
          connections_(options.connections) {
        for (Connection& one : connections_) connect(one);
    }

    void run() {
        double start = bench::seconds_now(), end = start + options_.seconds, now = start;
        std::vector<pollfd> waiting(connections_.size());
        for (; now < end + 1; now = bench::seconds_now()) {
            bool asking = now < end;
            size_t open = 0;
            for (size_t k = 0; k < connections_.size(); ++k) {
                Connection& one = connections_[k];
                if (asking) ask(one, now);
                write(one);
                short events = one.written < one.out.size() ? POLLIN | POLLOUT : POLLIN;
                waiting[k] = {one.descriptor, events, 0};
                open += one.open.count;
            }
            if (open == 0) break;
            poll(waiting.data(), waiting.size(), 50);
            now = bench::seconds_now();
            for (size_t k = 0; k < connections_.size(); ++k)
                if (waiting[k].revents & (POLLIN | POLLHUP | POLLERR)) read(connections_[k], now);
        }
        for (const Connection& one : connections_) outcome_.lost += one.open.count;
        outcome_.seconds = std::min(now, end) - start;
        outcome_.print();
    }

  private:
    const Options& options_;
    bench::Queries queries_;
    std::vector<Connection> connections_;
    bench::Outcome outcome_;
    size_t next_query_ = 0;

    // A new connection; what was open on the old one is lost.
    void connect(Connection& one) {
        if (one.descriptor >= 0) close(one.descriptor);
        outcome_.lost += one.open.count;
        one = {};
        one.descriptor = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(options_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(one.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
            std::perror("tcp-load: connect");
            std::exit(1);
        }
        int on = 1;
        setsockopt(one.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(one.descriptor, F_SETFL, O_NONBLOCK);
    }

    // Half a window at a time, so that segments hold several messages.
    void ask(Connection& one, double now) {
        bench::OpenQueries& open = one.open;
        if (open.count > options_.outstanding / 2) return;
        while (open.count < options_.outstanding) {
            while (open.slots[open.next].open) ++open.next;
            uint16_t id = open.next++;
            size_t size = queries_.size(next_query_), at = one.out.size();
            one.out.resize(at + 2 + size);
            uint8_t* to = one.out.data() + at;
            to[0] = static_cast<uint8_t>(size >> 8);
            to[1] = static_cast<uint8_t>(size);
            std::memcpy(to + 2, queries_.message(next_query_), size);
            to[2] = static_cast<uint8_t>(id >> 8);
            to[3] = static_cast<uint8_t>(id);
            open.slots[id] = {next_query_, now, true};
            ++open.count;
            ++outcome_.sent;
            if (++next_query_ == queries_.count()) next_query_ = 0;
        }
    }

    void write(Connection& one) {
        while (one.written < one.out.size()) {
            ssize_t done = ::send(one.descriptor, one.out.data() + one.written,
                                  one.out.size() - one.written, MSG_NOSIGNAL);
            if (done < 0 && errno == EAGAIN) return;
            if (done < 0) return connect(one);
            one.written += static_cast<size_t>(done);
        }
        one.out.clear();
        one.written = 0;
    }

    void read(Connection& one, double now) {
        ssize_t got = ::read(one.descriptor, one.in.data() + one.have, kReadRoom - one.have);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return connect(one);
        one.have += static_cast<size_t>(got);
        size_t at = 0;
        while (one.have - at >= 2) {
            size_t size = size_t{one.in[at]} << 8 | one.in[at + 1];
            if (one.have - at < 2 + size) break;
            take(one, one.in.data() + at + 2, size, now);
            at += 2 + size;
        }
        std::memmove(one.in.data(), one.in.data() + at, one.have - at);
        one.have -= at;
    }

    void take(Connection& one, const uint8_t* answer, size_t size, double now) {
        const bench::OpenQueries::Slot* slot = one.open.close(answer, size);
        if (!slot) {
            ++outcome_.stray;
            return;
        }
        outcome_.add(answer, size, now - slot->since);
        char letter = queries_.letters.empty() ? 0 : queries_.letters[slot->query];
        if (!bench::as_expected(letter, answer, size) && outcome_.wrong++ == 0)
            outcome_.first_wrong = "query " + std::to_string(slot->query);
    }
};

}  // namespace

int main(int count, char** words) {
    Options options = read_options(count, words);
    Load(options).run();
}
