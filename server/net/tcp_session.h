// One TCP connection. It owns itself: it lives while it waits for its socket, and ends when it is
// closed. While nothing is half read or half written it holds no buffer.
//
//   octets -> frames -> respond, up to kBatch at once -> one write
//
//              +----------------- all answered, all sent ----------------+
//              v                                                         |
//   start -> idle -- some octets --> reading -- a whole message --> (answer)
//              ^                      ^                                  |
//              |                      |        the client does not take its replies
//              |                      |                                  v
//              +------- nothing ------+----- all sent, input left --- writing    reads nothing more
//
// Each state has its time (TcpSettings); the server ends the session when it is over.
#pragma once

#include <sys/uio.h>

#include <array>
#include <memory>
#include <span>

#include "server/net/answering.h"
#include "server/net/asio.h"

namespace server {

class TcpServer;
class SessionList;

// Replies that a client does not take wait here, up to so many octets or one reply; meanwhile
// nothing more is read. What it asked for beyond that is answered again when there is room.
inline constexpr size_t kOutputBound = 65536;

// The octets of one session at a time, for all sessions of a worker.
class TcpBuffers {
  public:
    static constexpr size_t kChunk = 16384;  // read at once
    static constexpr size_t kShort = 4096;   // what is held up to here is moved into the chunk

    TcpBuffers();
    ~TcpBuffers();
    TcpBuffers(const TcpBuffers&) = delete;
    TcpBuffers& operator=(const TcpBuffers&) = delete;

    uint8_t* input() { return octets_ + kBatch * kStride; }
    // Room for a reply; the two octets before it are for its length.
    uint8_t* reply(size_t i) { return octets_ + i * kStride + 64; }

    std::array<dns::Octets, kBatch> messages{};
    std::array<Request, kBatch> requests{};
    std::array<Outcome, kBatch> outcomes{};

  private:
    // Not a multiple of 4,096: beginnings of replies shall not fall into the same cache lines.
    static constexpr size_t kStride = 65536 + 3 * 64;
    static constexpr size_t kSize = kBatch * kStride + kShort + kChunk;
    uint8_t* octets_;
};

class TcpSession : public std::enable_shared_from_this<TcpSession> {
  public:
    enum class Waiting : uint8_t { idle, reading, writing, none };
    static constexpr size_t kLists = 3;

    TcpSession(TcpServer& server, net::TcpSocket socket, const Client& client);
    ~TcpSession();

    void start();
    // Answers what has come, and closes when that is sent.
    void finish();
    void close();
    // The server goes first: nothing of it is used any more.
    void forget_server();

    const Client& client() const { return client_; }
    int64_t since_ns() const { return since_ns_; }

  private:
    friend class SessionList;
    friend class TcpServer;

    void wait_for_input();
    void wait_for_output();
    void input_ready();
    void output_ready();
    // Waits for whatever comes next, or closes. `progress`: a message was answered since.
    void settle(bool progress);

    // False if nothing came.
    bool receive(dns::Octets& region);
    ssize_t receive_short(dns::Octets& region);
    ssize_t receive_long(dns::Octets& region);
    // Answers the whole messages of a region until output has to wait, and keeps the rest; true if
    // there was one.
    bool take(dns::Octets region);
    // Of so many messages in the buffers: how many are done with. The others did not fit.
    size_t answer(size_t messages);
    size_t send(size_t messages);
    size_t keep_output(std::span<const iovec> replies, size_t sent);
    void keep_input(dns::Octets rest);
    bool output_waits() const { return output_ != nullptr; }

    TcpServer* server_;
    net::TcpSocket socket_;
    Client client_;

    // Input that is not answered yet: the beginning of a message, or messages whose replies would
    // not be taken.
    std::unique_ptr<uint8_t[]> held_;
    uint32_t held_size_ = 0, held_capacity_ = 0;
    // Replies that the socket did not take.
    std::unique_ptr<uint8_t[]> output_;
    uint32_t output_size_ = 0, output_sent_ = 0;

    size_t batch_ = kBatch;  // messages answered at once: fewer for a client that reads slowly
    bool input_ended_ = false;
    bool finishing_ = false;
    bool closed_ = false;

    // Its place in a list of the server.
    Waiting waiting_ = Waiting::none;
    int64_t since_ns_ = 0;
    TcpSession* before_ = nullptr;
    TcpSession* after_ = nullptr;
};

// Sessions in the order in which they were put here.
class SessionList {
  public:
    TcpSession* first() const { return first_; }
    static TcpSession* next(const TcpSession& session) { return session.after_; }
    void push_back(TcpSession& session);
    void remove(TcpSession& session);

  private:
    TcpSession* first_ = nullptr;
    TcpSession* last_ = nullptr;
};

}  // namespace server
