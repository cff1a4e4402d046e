#include "server/net/worker.h"

#include <new>

namespace server {

namespace {

Answering::Parts parts_of(const WorkerShare& share, const WorkerSettings& settings,
                          Counters& counters, LimitRing* limit_events, QueryRing* query_log) {
    return {settings.respond != nullptr ? settings.respond : &respond,
            settings.slip != nullptr ? settings.slip : &slip_reply,
            share.clock,
            &counters,
            share.limiter,
            limit_events,
            query_log};
}

}  // namespace

Worker::Worker(WorkerSockets sockets, std::shared_ptr<const Set> set, WorkerShare share,
               const WorkerSettings& settings)
    : share_(std::move(share)),
      settings_(settings),
      query_log_(settings.query_log > 0 ? std::make_unique<QueryRing>(settings.query_log)
                                        : nullptr),
      limit_events_(share_.limiter != nullptr ? std::make_unique<LimitRing>(settings.limit_events)
                                              : nullptr),
      answering_(parts_of(share_, settings, counters_, limit_events_.get(), query_log_.get()),
                 std::move(set)),
      io_(1),
      stop_timer_(io_) {
    for (BoundSocket& socket : sockets.udp)
        udp_.push_back(
            std::make_unique<UdpServer>(io_, answering_, udp_buffers_, std::move(socket)));
    tcp_ = std::make_unique<TcpServer>(io_, answering_, *share_.connections, settings_.tcp,
                                       std::move(sockets.tcp));
}

Worker::~Worker() = default;

void Worker::run() {
    for (;;) {
        try {
            for (auto& server : udp_) server->start();
            tcp_->start();
            io_.run();
            return;
        } catch (const std::bad_alloc&) {
            // What was being done is lost, a connection as a rule. The others go on.
            counters_[Tally::out_of_memory].add();
        }
    }
}

void Worker::publish(std::shared_ptr<const Set> set) {
    net::asio::post(io_, [this, set = std::move(set)]() mutable { take(std::move(set)); });
}

void Worker::take(std::shared_ptr<const Set> set) {
    std::shared_ptr<const Set> before = answering_.swap(std::move(set));
    if (share_.retire) share_.retire(std::move(before));
}

void Worker::stop() {
    net::asio::post(io_, [this] { begin_stop(); });
}

void Worker::begin_stop() {
    if (stopping_) return;
    stopping_ = true;
    stop_timer_.expires_after(settings_.stop);
    stop_timer_.async_wait([this](net::error_code error) {
        if (!error) io_.stop();
    });
    // A flood must not keep the server from ending: what is left of it is dropped.
    const int64_t now_ns = answering_.steady_ns();
    for (auto& server : udp_) server->finish(now_ns + settings_.stop.count() / 4);
    tcp_->finish([this] { stop_timer_.cancel(); }, now_ns + settings_.stop.count() / 2);
}

}  // namespace server
