// UDP in batches: when Asio says that a socket is readable, up to kBatch datagrams are received by
// one call, answered as one batch, and sent by one call. Between two batches nothing is kept.
//
//   readable -> recvmmsg -> answer -> sendmmsg -+-> a full batch: again, a bounded number of times
//       ^                                       |
//       +----------------- wait ----------------+-> less: wait
//
// Replies to one client leave together (reply_groups.h), where the system can do that.
#pragma once

#include <memory>

#include "server/net/answering.h"
#include "server/net/asio.h"
#include "server/net/sockets.h"

namespace server {

// Longer requests are cut, and judged by what is left of them: as a rule a format error.
inline constexpr size_t kUdpRequest = 4096;
// Settings::udp_size is at most this.
inline constexpr size_t kUdpReply = 4096;

// The octets of a batch, for all UDP sockets of a worker.
class UdpBuffers {
  public:
    UdpBuffers();
    ~UdpBuffers();
    UdpBuffers(const UdpBuffers&) = delete;
    UdpBuffers& operator=(const UdpBuffers&) = delete;
    uint8_t* request(size_t i) { return octets_ + i * kStride; }
    uint8_t* reply(size_t i) { return octets_ + (kBatch + i) * kStride; }

  private:
    // Not a multiple of 4,096: beginnings of buffers shall not fall into the same cache lines.
    static constexpr size_t kStride = 4096 + 2 * 64;
    uint8_t* octets_;
};

class UdpServer {
  public:
    UdpServer(net::asio::io_context& io, Answering& answering, UdpBuffers& buffers,
              BoundSocket socket);
    ~UdpServer();

    // May be called again: if it does not wait yet it does so then.
    void start();
    // Answers what has come, as far as that is done by then, and takes no more.
    void finish(int64_t until_ns);

  private:
    struct Batch;

    void wait();
    void serve();
    // How many datagrams were received.
    size_t serve_batch();
    size_t receive();
    size_t read_requests(size_t received);
    size_t gather_replies(size_t requests);
    size_t prepare_messages();
    static void cut_at(msghdr& message, uint16_t octets);
    void send(size_t messages);
    bool send_pieces(const msghdr& message);

    net::asio::io_context& io_;
    Answering& answering_;
    net::UdpSocket socket_;
    Endpoint bound_;
    bool wildcard_;
    unsigned uncut_ = 0;  // messages in turn that the system would not cut (reply_groups.h)
    bool waits_ = false;
    bool finished_ = false;
    std::unique_ptr<Batch> batch_;
};

}  // namespace server
