#include "server/net/tcp_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "server/net/socket_address.h"

namespace server {

namespace {

// Connections until the other events of the io_context get their turn.
constexpr int kAcceptsInTurn = 64;
// Of the idle time, however crowded it is.
constexpr int kShortestIdle = 50;

}  // namespace

struct TcpServer::Listener {
    Listener(net::asio::io_context& io, BoundSocket socket)
        : acceptor(io), bound(socket.bound), wildcard(socket.wildcard) {
        acceptor.assign(protocol(), socket.descriptor->number());
        socket.descriptor->release();
    }
    net::asio::ip::tcp protocol() const {
        return bound.address.is_v4() ? net::asio::ip::tcp::v4() : net::asio::ip::tcp::v6();
    }

    net::TcpAcceptor acceptor;
    Endpoint bound;
    bool wildcard;
    bool waits = false;
};

TcpServer::TcpServer(net::asio::io_context& io, Answering& answering, ConnectionLimits& limits,
                     const TcpSettings& settings, std::vector<BoundSocket> sockets)
    : io_(io),
      answering_(answering),
      limits_(limits),
      settings_(settings),
      timer_(io),
      buffers_(std::make_unique<TcpBuffers>()) {
    for (BoundSocket& socket : sockets)
        listeners_.push_back(std::make_unique<Listener>(io, std::move(socket)));
}

TcpServer::~TcpServer() {
    done_ = nullptr;
    for (SessionList& sessions : lists_)
        while (TcpSession* session = sessions.first()) {
            leave(*session);
            session->forget_server();
        }
}

void TcpServer::start() {
    for (auto& listener : listeners_) wait(*listener);
}

void TcpServer::wait(Listener& listener) {
    if (finishing_ || listener.waits) return;
    listener.acceptor.async_wait(net::TcpAcceptor::wait_read,
                                 [this, &listener](net::error_code error) {
                                     if (error) return;
                                     listener.waits = false;
                                     accept(listener);
                                 });
    listener.waits = true;
}

void TcpServer::accept(Listener& listener) {
    for (int i = 0; i < kAcceptsInTurn; ++i) {
        if (accept_one(listener)) continue;
        // With no descriptor left the system does not say whether somebody waits; for the first of
        // a turn it is known.
        if (i == 0 && starved_) relieve(listener);
        break;
    }
    if (paused_until_ns_ == 0) wait(listener);
}

void TcpServer::relieve(Listener& listener) {
    if (evict()) accept_one(listener);
    if (!starved_) return;
    paused_until_ns_ = now_ns() + settings_.pause.count();
    start_ticking();
}

bool TcpServer::accept_one(Listener& listener) {
    starved_ = false;
    SocketAddress from{};
    socklen_t size = sizeof from;
    const int descriptor = ::accept4(listener.acceptor.native_handle(), &from.any, &size,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return accept_failed(errno);
    const Endpoint peer = read_socket_address(from);
    Client client{peer.address, listener.bound.address, peer.port, Transport::tcp};
    SocketAddress local{};
    size = sizeof local;
    if (listener.wildcard && ::getsockname(descriptor, &local.any, &size) == 0)
        client.local = read_socket_address(local).address;
    admit(descriptor, client);
    return true;
}

bool TcpServer::accept_failed(int error) {
    switch (error) {
        case EAGAIN:
            return false;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            answering_.counters()[Tally::accept_failed].add();
            starved_ = true;
            return false;
        // What went wrong with this connection before it was accepted.
        default:
            return error != EBADF && error != EINVAL;
    }
}

bool TcpServer::make_place(const Client& client) {
    if (!limits_.take(client.address)) return false;
    if (limits_.take()) return true;
    if (evict() && limits_.take()) return true;
    limits_.give_back(client.address);
    return false;
}

void TcpServer::admit(int descriptor, const Client& client) {
    Counters& counters = answering_.counters();
    if (!make_place(client)) {
        counters[Tally::tcp_refused].add();
        ::close(descriptor);
        return;
    }
    net::TcpSocket socket(io_);
    net::error_code error;
    socket.assign(client.local.is_v4() ? net::asio::ip::tcp::v4() : net::asio::ip::tcp::v6(),
                  descriptor, error);
    if (error) {
        limits_.give_back();
        limits_.give_back(client.address);
        counters[Tally::accept_failed].add();
        ::close(descriptor);
        return;
    }
    std::shared_ptr<TcpSession> session;
    try {
        session = std::make_shared<TcpSession>(*this, std::move(socket), client);
    } catch (const std::bad_alloc&) {
        limits_.give_back();
        limits_.give_back(client.address);
        throw;
    }
    counters[Tally::tcp_opened].add();
    ++sessions_;
    session->start();
    start_ticking();
}

void TcpServer::place(TcpSession& session, TcpSession::Waiting waiting, int64_t since_ns) {
    if (session.waiting_ != TcpSession::Waiting::none) list(session.waiting_).remove(session);
    session.waiting_ = waiting;
    session.since_ns_ = since_ns;
    list(waiting).push_back(session);
}

void TcpServer::leave(TcpSession& session) {
    if (session.waiting_ != TcpSession::Waiting::none) list(session.waiting_).remove(session);
    session.waiting_ = TcpSession::Waiting::none;
    limits_.give_back();
    limits_.give_back(session.client().address);
    answering_.counters()[Tally::tcp_closed].add();
    --sessions_;
    done_if_empty();
}

bool TcpServer::evict() {
    for (auto waiting : {TcpSession::Waiting::idle, TcpSession::Waiting::reading}) {
        TcpSession* oldest = list(waiting).first();
        if (oldest == nullptr) continue;
        answering_.counters()[Tally::tcp_evicted].add();
        oldest->close();
        return true;
    }
    return false;
}

std::chrono::nanoseconds TcpServer::idle_time() const {
    const auto total = static_cast<int64_t>(limits_.total());
    const auto open = static_cast<int64_t>(limits_.open());
    if (2 * open <= total) return settings_.idle;
    const auto left = settings_.idle / total * 2 * std::max<int64_t>(total - open, 0);
    return std::max<std::chrono::nanoseconds>(left, settings_.idle / kShortestIdle);
}

void TcpServer::start_ticking() {
    if (ticking_) return;
    timer_.expires_after(settings_.tick);
    timer_.async_wait([this](net::error_code error) {
        if (error) return;
        ticking_ = false;
        tick();
    });
    ticking_ = true;
}

void TcpServer::tick() {
    const int64_t now = now_ns();
    using Waiting = TcpSession::Waiting;
    expire(Waiting::idle, now - idle_time().count(), Tally::tcp_idled_out);
    expire(Waiting::reading, now - settings_.message.count(), Tally::tcp_timed_out);
    expire(Waiting::writing, now - settings_.output.count(), Tally::tcp_timed_out);
    if (paused_until_ns_ != 0 && now >= paused_until_ns_) {
        paused_until_ns_ = 0;
        for (auto& listener : listeners_) wait(*listener);
    }
    if (sessions_ > 0 || paused_until_ns_ != 0) start_ticking();
}

void TcpServer::expire(TcpSession::Waiting waiting, int64_t before_ns, Tally tally) {
    for (;;) {
        TcpSession* oldest = list(waiting).first();
        if (oldest == nullptr || oldest->since_ns() > before_ns) return;
        answering_.counters()[tally].add();
        oldest->close();
    }
}

void TcpServer::finish(std::function<void()> done, int64_t until_ns) {
    for (auto& listener : listeners_) {
        for (int i = 0; i < kAcceptsInTurn && accept_one(*listener); ++i) {
        }
        net::error_code ignored;
        listener->acceptor.close(ignored);
    }
    finishing_ = true;
    done_ = std::move(done);
    // A session that ends leaves its list; one that stays moves to the end of one of them.
    std::vector<std::shared_ptr<TcpSession>> all;
    all.reserve(sessions_);
    for (SessionList& sessions : lists_)
        for (TcpSession* one = sessions.first(); one != nullptr; one = SessionList::next(*one))
            all.push_back(one->shared_from_this());
    for (auto& session : all) now_ns() < until_ns ? session->finish() : session->close();
    done_if_empty();
}

void TcpServer::done_if_empty() {
    if (!finishing_ || sessions_ > 0 || !done_) return;
    timer_.cancel();
    std::exchange(done_, nullptr)();
}

}  // namespace server
