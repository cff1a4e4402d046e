#include "server/net/tcp_session.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "server/net/frames.h"
#include "server/net/tcp_server.h"

namespace server {

namespace {

// Times that a session is read after stop(), so that nobody can keep the server from ending.
constexpr int kLastReads = 64;

bool is_retry(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

TcpBuffers::TcpBuffers() {
    // Pages are touched only as far as replies are long.
    void* memory =
        ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    octets_ = static_cast<uint8_t*>(memory);
}

TcpBuffers::~TcpBuffers() {
    ::munmap(octets_, kSize);
}

void SessionList::push_back(TcpSession& session) {
    session.before_ = last_;
    session.after_ = nullptr;
    (last_ == nullptr ? first_ : last_->after_) = &session;
    last_ = &session;
}

void SessionList::remove(TcpSession& session) {
    (session.before_ == nullptr ? first_ : session.before_->after_) = session.after_;
    (session.after_ == nullptr ? last_ : session.after_->before_) = session.before_;
    session.before_ = session.after_ = nullptr;
}

TcpSession::TcpSession(TcpServer& server, net::TcpSocket socket, const Client& client)
    : server_(&server), socket_(std::move(socket)), client_(client) {}

TcpSession::~TcpSession() {
    close();
}

void TcpSession::start() {
    settle(false);
}

void TcpSession::forget_server() {
    closed_ = true;
    server_ = nullptr;
}

void TcpSession::close() {
    if (closed_) return;
    closed_ = true;
    server_->leave(*this);
    net::error_code ignored;
    socket_.close(ignored);
}

void TcpSession::finish() {
    finishing_ = true;
    if (output_waits()) return;
    dns::Octets region;
    for (int i = 0; i < kLastReads && !closed_ && !output_waits() && receive(region); ++i)
        take(region);
    settle(true);
}

void TcpSession::wait_for_input() {
    socket_.async_wait(net::TcpSocket::wait_read,
                       [self = shared_from_this()](net::error_code error) {
                           if (!error) self->input_ready();
                       });
}

void TcpSession::wait_for_output() {
    socket_.async_wait(net::TcpSocket::wait_write,
                       [self = shared_from_this()](net::error_code error) {
                           if (!error) self->output_ready();
                       });
}

void TcpSession::settle(bool progress) {
    if (closed_) return;
    if (output_waits()) {
        if (progress || waiting_ != Waiting::writing)
            server_->place(*this, Waiting::writing, server_->now_ns());
        return wait_for_output();
    }
    if (input_ended_ || finishing_) return close();
    if (held_size_ == 0)
        server_->place(*this, Waiting::idle, server_->now_ns());
    else if (progress || waiting_ != Waiting::reading)
        server_->place(*this, Waiting::reading, server_->now_ns());
    wait_for_input();
}

void TcpSession::input_ready() {
    if (closed_ || output_waits()) return;
    dns::Octets region;
    const bool progress = receive(region) && take(region);
    settle(progress);
}

void TcpSession::output_ready() {
    if (closed_ || !output_waits()) return;
    const ssize_t sent = ::send(socket_.native_handle(), output_.get() + output_sent_,
                                output_size_ - output_sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !is_retry(errno)) return close();
    if (sent > 0) output_sent_ += static_cast<uint32_t>(sent);
    if (output_sent_ < output_size_) return settle(false);
    output_.reset();
    output_size_ = output_sent_ = 0;
    take({held_.get(), held_size_});
    settle(true);
}

bool TcpSession::receive(dns::Octets& region) {
    const ssize_t got =
        held_size_ < TcpBuffers::kShort ? receive_short(region) : receive_long(region);
    if (got < 0) {
        if (!is_retry(errno)) close();
        return false;
    }
    // The client sends no more, but may still wait for replies.
    if (got == 0) input_ended_ = true;
    return got > 0;
}

// Whatever comes, behind the little that is there.
ssize_t TcpSession::receive_short(dns::Octets& region) {
    uint8_t* input = server_->buffers().input();
    std::copy_n(held_.get(), held_size_, input);
    const ssize_t got =
        ::recv(socket_.native_handle(), input + held_size_, TcpBuffers::kChunk, MSG_DONTWAIT);
    if (got > 0) region = {input, held_size_ + static_cast<size_t>(got)};
    return got;
}

// The rest of a long message, in place. Its buffer grows with what came, not with what was
// announced.
ssize_t TcpSession::receive_long(dns::Octets& region) {
    const size_t whole = frame_size({held_.get(), held_size_});
    if (held_size_ == held_capacity_) {
        const size_t capacity = std::min<size_t>(whole, size_t{2} * held_capacity_);
        auto larger = std::make_unique_for_overwrite<uint8_t[]>(capacity);
        std::copy_n(held_.get(), held_size_, larger.get());
        held_ = std::move(larger);
        held_capacity_ = static_cast<uint32_t>(capacity);
    }
    const ssize_t got = ::recv(socket_.native_handle(), held_.get() + held_size_,
                               held_capacity_ - held_size_, MSG_DONTWAIT);
    if (got > 0) held_size_ += static_cast<uint32_t>(got);
    region = {held_.get(), held_size_};
    return got;
}

bool TcpSession::take(dns::Octets region) {
    TcpBuffers& buffers = server_->buffers();
    bool any = false;
    while (!closed_ && !output_waits()) {
        const Frames frames = split_frames(region, {buffers.messages.data(), batch_});
        if (frames.count == 0) {
            if (frames.broken) close();
            break;
        }
        any = true;
        const dns::Octets last = buffers.messages[answer(frames.count) - 1];
        region = region.subspan(static_cast<size_t>(last.data() + last.size() - region.data()));
    }
    if (!closed_) keep_input(region);
    return any;
}

size_t TcpSession::answer(size_t messages) {
    TcpBuffers& buffers = server_->buffers();
    Answering& answering = server_->answering();
    const int64_t received_ns = answering.steady_ns();
    for (size_t i = 0; i < messages; ++i) {
        Request& request = buffers.requests[i];
        request.message = buffers.messages[i];
        request.client = client_;
        request.room = {buffers.reply(i), dns::kMaxMessage};
    }
    answering.answer({buffers.requests.data(), messages}, {buffers.outcomes.data(), messages},
                     received_ns);
    const size_t done = send(messages);
    answering.sent(received_ns, done);
    return done;
}

size_t TcpSession::send(size_t messages) {
    TcpBuffers& buffers = server_->buffers();
    std::array<iovec, kBatch> replies;
    std::array<size_t, kBatch> message_of;
    size_t count = 0, octets = 0;
    for (size_t i = 0; i < messages; ++i) {
        const Outcome& outcome = buffers.outcomes[i];
        if (outcome.action != Action::reply) continue;
        uint8_t* frame = buffers.reply(i) - kFrameHeader;
        dns::store16(frame, static_cast<uint16_t>(outcome.size));
        replies[count] = {frame, outcome.size + kFrameHeader};
        octets += outcome.size + kFrameHeader;
        message_of[count++] = i;
    }
    if (count == 0) return messages;
    msghdr header{};
    header.msg_iov = replies.data();
    header.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !is_retry(errno)) {
        close();
        return messages;
    }
    if (sent > 0 && static_cast<size_t>(sent) == octets) {
        batch_ = std::min(batch_ * 2, kBatch);
        return messages;
    }
    const size_t kept =
        keep_output({replies.data(), count}, sent > 0 ? static_cast<size_t>(sent) : 0);
    const size_t done = kept == count ? messages : message_of[kept - 1] + 1;
    batch_ = done;
    return done;
}

// Keeps what follows the first `sent` octets, to the end of a reply, within kOutputBound where that
// is more than one reply. Returns how many replies are sent or kept.
size_t TcpSession::keep_output(std::span<const iovec> replies, size_t sent) {
    size_t first = 0;
    while (sent >= replies[first].iov_len) sent -= replies[first++].iov_len;
    size_t end = first + 1;
    size_t octets = replies[first].iov_len - sent;
    while (end < replies.size() && octets + replies[end].iov_len <= kOutputBound)
        octets += replies[end++].iov_len;
    output_ = std::make_unique_for_overwrite<uint8_t[]>(octets);
    output_size_ = static_cast<uint32_t>(octets);
    output_sent_ = 0;
    uint8_t* to = output_.get();
    for (size_t i = first; i < end; ++i) {
        const size_t skipped = i == first ? sent : 0;
        to = std::copy_n(static_cast<const uint8_t*>(replies[i].iov_base) + skipped,
                         replies[i].iov_len - skipped, to);
    }
    return end;
}

void TcpSession::keep_input(dns::Octets rest) {
    if (rest.data() == held_.get() && rest.size() == held_size_) return;
    std::unique_ptr<uint8_t[]> held;
    if (!rest.empty()) {
        held = std::make_unique_for_overwrite<uint8_t[]>(rest.size());
        std::copy_n(rest.data(), rest.size(), held.get());
    }
    held_ = std::move(held);
    held_size_ = held_capacity_ = static_cast<uint32_t>(rest.size());
}

}  // namespace server
