// Sends queries over UDP with one thread, and checks every answer.
//
//   udp-load --port N --queries FILE.q [--seconds S] [--sockets N] [--outstanding N] [--rate N]
//            [--edns | --do] [--once] [--record FILE.sum | --verify FILE.sum] [--from A] [--to A]
//
// Without --rate the loop is closed: --outstanding queries are open at any time, which measures
// answers a second. With --rate it is open: queries leave by the clock whatever the server does,
// and times count from when a query was due, so that a pause of the server is seen by all that were
// due meanwhile. --once asks each query once. --record keeps digests of whole answers, --verify
// compares with them.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "queries.h"

namespace {

constexpr unsigned kBatch = 64;
constexpr size_t kRoom = 4096, kMessageRoom = 600;
constexpr double kLostAfter = 1.0;  // seconds
constexpr double kScanEvery = 0.1;

struct Options : bench::LoadOptions {
    std::string record, verify, from = "127.0.0.1", to = "127.0.0.1";
    double rate = 0;
    size_t sockets = 4;
    bool once = false;
};

Options read_options(int count, char** words) {
    Options options;
    options.outstanding = 128;
    bench::read_options(count, words, options,
                        {{"sockets", &options.sockets},
                         {"rate", &options.rate},
                         {"once", &options.once},
                         {"record", &options.record},
                         {"verify", &options.verify},
                         {"from", &options.from},
                         {"to", &options.to}});
    if (options.sockets == 0) std::exit(2);
    return options;
}

sockaddr_in address_of(const std::string& text, uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) std::exit(2);
    return address;
}

int connected_socket(const Options& options) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), octets = 4 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    sockaddr_in from = address_of(options.from, 0), to = address_of(options.to, options.port);
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&from), sizeof from) ||
        connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to)) {
        std::perror("udp-load: connect");
        std::exit(1);
    }
    return descriptor;
}

struct Socket {
    int descriptor = -1;
    bench::OpenQueries open;
};

struct Buffers {
    uint8_t octets[kBatch][kRoom];
    iovec parts[kBatch];
    mmsghdr messages[kBatch];

    Buffers() {
        std::memset(this, 0, sizeof *this);
        for (unsigned k = 0; k < kBatch; ++k) {
            parts[k] = {octets[k], kRoom};
            messages[k].msg_hdr.msg_iov = &parts[k];
            messages[k].msg_hdr.msg_iovlen = 1;
        }
    }
};

class Load {
  public:
    explicit Load(const Options& options)
        : options_(options), queries_(bench::read_queries(options.queries, options.edns())) {
        if (!options.record.empty()) queries_.digests.resize(queries_.count());
        if (!options.verify.empty()) read_digests();
        sockets_.resize(options.sockets);
        for (Socket& one : sockets_) one.descriptor = connected_socket(options);
    }

    void run() {
        start_ = bench::seconds_now();
        double end = start_ + options_.seconds, scan = start_ + kScanEvery, now = start_;
        for (; now < end && !all_asked(); now = bench::seconds_now()) {
            for (Socket& one : sockets_) {
                receive(one, now);
                send(one, now);
            }
            if (now > scan) {
                scan = now + kScanEvery;
                forget_lost(now);
            }
        }
        outcome_.seconds = now - start_;
        uint64_t in_time = outcome_.answered;
        for (double until = now + kLostAfter; now < until && open(); now = bench::seconds_now())
            for (Socket& one : sockets_) receive(one, now);
        outcome_.lost += open();
        if (!options_.once)
            outcome_.seconds *= static_cast<double>(outcome_.answered) /
                                std::max(1.0, static_cast<double>(in_time));
        outcome_.print();
        if (!options_.record.empty()) write_digests();
    }

  private:
    const Options& options_;
    bench::Queries queries_;
    std::vector<Socket> sockets_;
    Buffers received_, sending_;
    bench::Outcome outcome_;
    size_t next_query_ = 0;
    double start_ = 0;

    bool all_asked() const { return options_.once && outcome_.sent >= queries_.count(); }

    size_t open() const {
        size_t sum = 0;
        for (const Socket& one : sockets_) sum += one.open.count;
        return sum;
    }

    void read_digests() {
        queries_.digests.resize(queries_.count());
        std::ifstream file(options_.verify, std::ios::binary);
        file.read(reinterpret_cast<char*>(queries_.digests.data()),
                  static_cast<std::streamsize>(queries_.count() * sizeof(uint64_t)));
        if (!file)
            std::exit(
                (std::fprintf(stderr, "udp-load: %s is too short\n", options_.verify.c_str()), 2));
    }

    void write_digests() const {
        std::ofstream(options_.record, std::ios::binary)
            .write(reinterpret_cast<const char*>(queries_.digests.data()),
                   static_cast<std::streamsize>(queries_.count() * sizeof(uint64_t)));
    }

    void receive(Socket& one, double now) {
        int got = recvmmsg(one.descriptor, received_.messages, kBatch, MSG_DONTWAIT, nullptr);
        for (int k = 0; k < got; ++k)
            take(one, received_.octets[k], received_.messages[k].msg_len, now);
    }

    void take(Socket& one, const uint8_t* answer, size_t size, double now) {
        const bench::OpenQueries::Slot* slot = one.open.close(answer, size);
        if (!slot) {
            ++outcome_.stray;
            return;
        }
        outcome_.add(answer, size, now - slot->since);
        check(slot->query, answer, size);
    }

    void check(size_t query, const uint8_t* answer, size_t size) {
        char letter = queries_.letters.empty() ? 0 : queries_.letters[query];
        bool good = bench::as_expected(letter, answer, size);
        if (good && !queries_.digests.empty()) {
            uint64_t digest = bench::digest(answer, size);
            if (!options_.record.empty()) queries_.digests[query] = digest;
            good = digest != 0 && digest == queries_.digests[query];
        }
        if (good) return;
        if (outcome_.wrong++ == 0)
            outcome_.first_wrong = "query " + std::to_string(query) + ", rcode " +
                                   std::to_string(answer[3] & 15) + ", answers " +
                                   std::to_string(answer[6] << 8 | answer[7]);
    }

    // How many queries leave now from this socket.
    size_t allowance(const Socket& one, double now) const {
        if (options_.rate > 0) {
            double due = (now - start_) * options_.rate;
            return due > static_cast<double>(outcome_.sent)
                       ? static_cast<size_t>(due) - outcome_.sent
                       : 0;
        }
        size_t each = std::max<size_t>(1, options_.outstanding / sockets_.size());
        return each > one.open.count ? each - one.open.count : 0;
    }

    void send(Socket& one, double now) {
        size_t count =
            std::min<size_t>({allowance(one, now), kBatch,
                              options_.once ? queries_.count() - outcome_.sent : kBatch});
        for (size_t k = 0; k < count; ++k) prepare(one, k, now);
        for (size_t sent = 0; sent < count;) {
            int now_sent = sendmmsg(one.descriptor, sending_.messages + sent,
                                    static_cast<unsigned>(count - sent), 0);
            if (now_sent < 0 && errno != EAGAIN && errno != ECONNREFUSED && errno != ENOBUFS) {
                std::perror("udp-load: sendmmsg");
                std::exit(1);
            }
            if (now_sent > 0) sent += static_cast<size_t>(now_sent);
        }
    }

    void prepare(Socket& one, size_t place, double now) {
        bench::OpenQueries& open = one.open;
        uint16_t id = open.next++;
        while (options_.rate <= 0 && open.slots[id].open) id = open.next++;
        bench::OpenQueries::Slot& slot = open.slots[id];
        if (slot.open) {
            ++outcome_.lost;
            --open.count;
        }
        slot = {next_query_, now, true};
        if (options_.rate > 0)
            slot.since = start_ + static_cast<double>(outcome_.sent) / options_.rate;
        ++open.count;
        uint8_t* to = sending_.octets[place];
        size_t size = std::min(queries_.size(next_query_), kMessageRoom);
        std::memcpy(to, queries_.message(next_query_), size);
        to[0] = static_cast<uint8_t>(id >> 8);
        to[1] = static_cast<uint8_t>(id);
        sending_.parts[place].iov_len = size;
        if (++next_query_ == queries_.count()) next_query_ = 0;
        ++outcome_.sent;
    }

    void forget_lost(double now) {
        for (Socket& one : sockets_) {
            if (one.open.count == 0) continue;
            for (bench::OpenQueries::Slot& slot : one.open.slots) {
                if (!slot.open || now - slot.since < kLostAfter) continue;
                slot.open = false;
                --one.open.count;
                ++outcome_.lost;
            }
        }
    }
};

}  // namespace

int main(int count, char** words) {
    Options options = read_options(count, words);
    Load(options).run();
}
