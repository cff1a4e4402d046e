// A worker on a thread, with a stand-in for respond(), and clients that talk to it over loopback.
//
// What a request asks of the stand-in: octets 12 and 13 say how long the reply shall be, octet 14
// is 1 for no reply. The reply is the header with QR set, the set's generation, then the last octet
// of the id again and again.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/net/worker.h"
#include "server/publish/system.h"
#include "tests/support/octets.h"

namespace apex_tests {

// What the stand-in has seen since the test cleared it.
struct Seen {
    std::atomic<size_t> batches{0};
    std::atomic<size_t> requests{0};
    std::atomic<size_t> largest_batch{0};
    std::atomic<uint64_t> allocations_before{0};  // of the worker's thread, at the first batch
    std::atomic<uint64_t> allocations{0};         // at the last batch
    std::atomic<uint32_t> local{0};               // the last octets of the address that was asked
    void clear();
};
extern Seen seen;

// How often this thread has asked for memory; 0 where a sanitizer has its own allocator.
uint64_t thread_allocations();
bool allocations_are_counted();

void stand_in_respond(const server::Set& set, std::span<const server::Request> requests,
                      std::span<server::Outcome> outcomes, server::Scratch& scratch,
                      dns::UnixTime now);
// A reply of 12 octets with TC.
server::Outcome stand_in_slip(const server::Set& set, const server::Request& request,
                              const server::Outcome& answered, dns::UnixTime now);

struct WorkerChoices {
    std::string listen = "127.0.0.1:0";
    server::WorkerSettings settings;
    size_t connections = 100;
    size_t connections_per_client = 100;
    std::optional<server::RateLimitSettings> rate_limit;
};

class RunningWorker {
  public:
    explicit RunningWorker(WorkerChoices choices = {});
    ~RunningWorker();

    server::Worker& worker() { return *worker_; }
    uint16_t port() const { return port_; }
    uint64_t tally(server::Tally which) const;
    // Waits up to two seconds until a tally has reached a number.
    bool reaches(server::Tally which, uint64_t number) const;
    // Stops and returns how many ms that took.
    int64_t stop();
    std::vector<std::shared_ptr<const server::Set>> retired;

  private:
    server::SystemClock clock_;
    server::ConnectionLimits limits_;
    std::optional<server::RateLimiter> limiter_;
    std::unique_ptr<server::Worker> worker_;
    std::thread thread_;
    uint16_t port_ = 0;
};

std::shared_ptr<const server::Set> make_set(uint64_t generation);

OctetString make_request(uint16_t id, uint16_t reply_size = 20, bool silent = false);
OctetString expected_reply(uint16_t id, size_t reply_size = 20, uint8_t generation = 1);
// With its length before it, as TCP wants it.
OctetString framed(const OctetString& message);
OctetString operator+(OctetString a, const OctetString& b);

// A socket connected to a worker; waits at most two seconds for anything.
class TestClient {
  public:
    TestClient(int type, uint16_t port, const char* address = "127.0.0.1",
               const char* from = nullptr, bool connect_now = true);
    ~TestClient();
    TestClient(TestClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

    bool connect(uint16_t port, const char* address = "127.0.0.1");
    bool send(const OctetString& octets);
    // A datagram, or what a stream has; empty for none, or at the end of a stream.
    OctetString receive();
    // One message from a stream, without its length; empty at the end.
    OctetString receive_message();
    // Whether the other side ends the connection in time, without another octet.
    bool is_ended();
    void end_sending();
    int number() const { return socket_; }

  private:
    bool receive_exactly(uint8_t* to, size_t size);
    int socket_;
};

bool has_ipv6();

TestClient udp_client(const RunningWorker& worker);
TestClient tcp_client(const RunningWorker& worker);

}  // namespace apex_tests
