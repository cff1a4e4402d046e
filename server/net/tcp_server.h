// The TCP side of a worker: accepts connections, keeps their sessions in lists by what they wait
// for, and ends those that wait too long.
//
//   idle      in the order of their last message; the first is ended first, and gives way when full
//   reading   in the order in which their messages began
//   writing   in the order in which their output began to wait
//
// All sessions of a list have the same time to live, so the first is always the next to expire: no
// timer a session, one look at three lists each `tick`.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "server/net/answering.h"
#include "server/net/asio.h"
#include "server/net/connection_limits.h"
#include "server/net/sockets.h"
#include "server/net/tcp_session.h"

namespace server {

struct TcpSettings {
    std::chrono::nanoseconds message = std::chrono::seconds(5);  // for a whole message
    std::chrono::nanoseconds idle = std::chrono::seconds(10);    // RFC 7766 6.2.3; see idle_time()
    std::chrono::nanoseconds output = std::chrono::seconds(10);  // for a client to take its replies
    std::chrono::nanoseconds tick = std::chrono::milliseconds(100);
    std::chrono::nanoseconds pause = std::chrono::milliseconds(50);  // when descriptors run out
};

class TcpServer {
  public:
    TcpServer(net::asio::io_context& io, Answering& answering, ConnectionLimits& limits,
              const TcpSettings& settings, std::vector<BoundSocket> sockets);
    ~TcpServer();

    // May be called again: whatever does not wait yet does so then.
    void start();
    // Accepts what has come, answers what was sent as far as that is done by then, and calls `done`
    // when no session is left: some may still wait for their clients to take replies.
    void finish(std::function<void()> done, int64_t until_ns);
    // Takes a connection that exists; closes the descriptor if there is no room for it.
    void admit(int descriptor, const Client& client);

    // For the sessions.
    Answering& answering() { return answering_; }
    TcpBuffers& buffers() { return *buffers_; }
    int64_t now_ns() const { return answering_.steady_ns(); }
    // Puts a session at the end of the list of its kind.
    void place(TcpSession& session, TcpSession::Waiting waiting, int64_t since_ns);
    void leave(TcpSession& session);

  private:
    struct Listener;

    void wait(Listener& listener);
    void accept(Listener& listener);
    // False when there is nothing more to accept for now.
    bool accept_one(Listener& listener);
    bool accept_failed(int error);
    // Out of descriptors or memory: makes room for one connection, or pauses.
    void relieve(Listener& listener);
    bool make_place(const Client& client);
    SessionList& list(TcpSession::Waiting waiting) { return lists_[static_cast<size_t>(waiting)]; }
    void start_ticking();
    void tick();
    void expire(TcpSession::Waiting waiting, int64_t before_ns, Tally tally);
    // Ends the session that can best be spared: the one that is idle for longest, else the one
    // whose message does not come to its end. False if there is none.
    bool evict();
    void done_if_empty();
    // Shorter when more than half of all connections are taken.
    std::chrono::nanoseconds idle_time() const;

    net::asio::io_context& io_;
    Answering& answering_;
    ConnectionLimits& limits_;
    TcpSettings settings_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::array<SessionList, TcpSession::kLists> lists_;
    size_t sessions_ = 0;
    bool starved_ = false;         // the last accept failed for want of descriptors or memory
    int64_t paused_until_ns_ = 0;  // 0: every listener waits for connections
    net::Timer timer_;
    bool ticking_ = false;
    bool finishing_ = false;
    std::function<void()> done_;
    std::unique_ptr<TcpBuffers> buffers_;
};

}  // namespace server
