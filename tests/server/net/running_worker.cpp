#include "tests/server/net/running_worker.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define APEX_OWN_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define APEX_OWN_MALLOC 0
#endif
#endif
#ifndef APEX_OWN_MALLOC
#define APEX_OWN_MALLOC 1
#endif

namespace {

thread_local uint64_t allocations_here = 0;

}  // namespace

#if APEX_OWN_MALLOC
// Asio has its memory from aligned_alloc, the rest from operator new: all of it comes by here.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) noexcept {
    ++allocations_here;
    return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) noexcept {
    ++allocations_here;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) noexcept {
    ++allocations_here;
    return __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) noexcept {
    ++allocations_here;
    return __libc_memalign(alignment, size);
}
}
#endif

namespace apex_tests {

using namespace server;

namespace {

timeval two_seconds() {
    return {2, 0};
}

struct Place {
    sockaddr_storage octets{};
    socklen_t size = 0;
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&octets); }
};

Place place_of(const std::string& address, uint16_t port) {
    Place place;
    if (address.find(':') == std::string::npos) {
        auto* to = reinterpret_cast<sockaddr_in*>(&place.octets);
        to->sin_family = AF_INET;
        to->sin_port = htons(port);
        REQUIRE(::inet_pton(AF_INET, address.c_str(), &to->sin_addr) == 1);
        place.size = sizeof *to;
    } else {
        auto* to = reinterpret_cast<sockaddr_in6*>(&place.octets);
        to->sin6_family = AF_INET6;
        to->sin6_port = htons(port);
        REQUIRE(::inet_pton(AF_INET6, address.c_str(), &to->sin6_addr) == 1);
        place.size = sizeof *to;
    }
    return place;
}

}  // namespace

void Seen::clear() {
    batches = requests = largest_batch = 0;
    allocations_before = allocations = 0;
    local = 0;
}

Seen seen;

uint64_t thread_allocations() {
    return allocations_here;
}

bool allocations_are_counted() {
    return APEX_OWN_MALLOC == 1;
}

void stand_in_respond(const Set& set, std::span<const Request> requests,
                      std::span<Outcome> outcomes, Scratch&, dns::UnixTime) {
    Seen& all = seen;
    if (all.batches == 0) all.allocations_before = thread_allocations();
    all.allocations = thread_allocations();
    for (size_t i = 0; i < requests.size(); ++i) {
        const dns::Octets message = requests[i].message;
        const std::span<uint8_t> room = requests[i].room;
        outcomes[i] = Outcome();
        all.local = dns::load32(requests[i].client.local.octets.data() + 12);
        if (message.size() < 15 || message[14] == 1) continue;
        outcomes[i].action = Action::reply;
        outcomes[i].kind = AnswerKind::positive;
        const size_t size = std::clamp<size_t>(dns::load16(message.data() + 12), 13, room.size());
        std::copy_n(message.data(), 12, room.data());
        room[2] |= 0x80;
        room[12] = static_cast<uint8_t>(set.generation);
        std::fill(room.begin() + 13, room.begin() + static_cast<std::ptrdiff_t>(size), message[1]);
        outcomes[i].size = static_cast<uint32_t>(size);
    }
    ++all.batches;
    all.requests += requests.size();
    all.largest_batch = std::max<size_t>(all.largest_batch, requests.size());
}

Outcome stand_in_slip(const Set&, const Request& request, const Outcome& answered, dns::UnixTime) {
    Outcome slip = answered;
    request.room[2] |= 0x02;
    slip.size = 12;
    slip.truncated = true;
    return slip;
}

std::shared_ptr<const Set> make_set(uint64_t generation) {
    auto set = std::make_shared<Set>();
    set->generation = generation;
    return set;
}

RunningWorker::RunningWorker(WorkerChoices choices)
    : limits_(choices.connections, choices.connections_per_client, {1, 2}) {
    std::vector<Endpoint> endpoints;
    REQUIRE(read_endpoint(choices.listen, endpoints).ok());
    auto sockets = open_sockets(endpoints, {});
    REQUIRE(sockets.ok());
    port_ = (*sockets)[0].udp[0].bound.port;
    choices.settings.respond = &stand_in_respond;
    choices.settings.slip = &stand_in_slip;
    if (choices.rate_limit) limiter_.emplace(*choices.rate_limit, dns::SipKey{3, 4});
    WorkerShare share{
        &clock_, &limits_, limiter_ ? &*limiter_ : nullptr,
        [this](std::shared_ptr<const Set> set) { retired.push_back(std::move(set)); }};
    seen.clear();
    worker_ =
        std::make_unique<Worker>(std::move((*sockets)[0]), make_set(1), share, choices.settings);
    thread_ = std::thread([this] { worker_->run(); });
}

RunningWorker::~RunningWorker() {
    stop();
}

int64_t RunningWorker::stop() {
    if (!thread_.joinable()) return 0;
    const int64_t begin = clock_.steady_ns();
    worker_->stop();
    thread_.join();
    return (clock_.steady_ns() - begin) / 1'000'000;
}

uint64_t RunningWorker::tally(Tally which) const {
    return worker_->counters().tallies[static_cast<size_t>(which)].read();
}

bool RunningWorker::reaches(Tally which, uint64_t number) const {
    for (int i = 0; i < 400; ++i) {
        if (tally(which) >= number) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

OctetString make_request(uint16_t id, uint16_t reply_size, bool silent) {
    OctetString octets(15);
    dns::store16(octets.data(), id);
    dns::store16(octets.data() + 12, reply_size);
    octets[14] = silent ? 1 : 0;
    return octets;
}

OctetString expected_reply(uint16_t id, size_t reply_size, uint8_t generation) {
    OctetString octets(reply_size, static_cast<uint8_t>(id));
    std::fill_n(octets.begin(), 12, 0);
    dns::store16(octets.data(), id);
    octets[2] = 0x80;
    octets[12] = generation;
    return octets;
}

OctetString framed(const OctetString& message) {
    OctetString octets(2);
    dns::store16(octets.data(), static_cast<uint16_t>(message.size()));
    return std::move(octets) + message;
}

OctetString operator+(OctetString a, const OctetString& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TestClient::TestClient(int type, uint16_t port, const char* address, const char* from,
                       bool connect_now)
    : socket_(::socket(place_of(address, port).octets.ss_family, type | SOCK_CLOEXEC, 0)) {
    REQUIRE(socket_ >= 0);
    const timeval limit = two_seconds();
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (from != nullptr) {
        const Place here = place_of(from, 0);
        REQUIRE(::bind(socket_, here.address(), here.size) == 0);
    }
    if (connect_now) REQUIRE(connect(port, address));
}

TestClient::~TestClient() {
    if (socket_ >= 0) ::close(socket_);
}

bool TestClient::connect(uint16_t port, const char* address) {
    const Place to = place_of(address, port);
    return ::connect(socket_, to.address(), to.size) == 0;
}

bool TestClient::send(const OctetString& octets) {
    return ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(octets.size());
}

OctetString TestClient::receive() {
    OctetString octets(65536);
    const ssize_t got = ::recv(socket_, octets.data(), octets.size(), 0);
    octets.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return octets;
}

bool TestClient::receive_exactly(uint8_t* to, size_t size) {
    while (size > 0) {
        const ssize_t got = ::recv(socket_, to, size, 0);
        if (got <= 0) return false;
        to += got;
        size -= static_cast<size_t>(got);
    }
    return true;
}

OctetString TestClient::receive_message() {
    uint8_t size[2];
    if (!receive_exactly(size, 2)) return {};
    OctetString octets(dns::load16(size));
    if (!receive_exactly(octets.data(), octets.size())) return {};
    return octets;
}

bool TestClient::is_ended() {
    uint8_t octet;
    const ssize_t got = ::recv(socket_, &octet, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

void TestClient::end_sending() {
    ::shutdown(socket_, SHUT_WR);
}

bool has_ipv6() {
    const int socket = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const Place loopback = place_of("::1", 0);
    const bool has = socket >= 0 && ::bind(socket, loopback.address(), loopback.size) == 0;
    ::close(socket);
    return has;
}

TestClient udp_client(const RunningWorker& worker) {
    return TestClient(SOCK_DGRAM, worker.port());
}

TestClient tcp_client(const RunningWorker& worker) {
    return TestClient(SOCK_STREAM, worker.port());
}

}  // namespace apex_tests
