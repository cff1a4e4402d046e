#include "server/net/udp_server.h"

#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>

#include "server/net/reply_groups.h"
#include "server/net/socket_address.h"

namespace server {

namespace {

// Batches until the other events of the io_context get their turn.
constexpr int kBatchesInTurn = 16;
// A batch of so many took long enough for more to have come: that is cheaper than to wait again.
constexpr size_t kBusy = 4;

constexpr size_t kSegmentSpace = CMSG_SPACE(sizeof(uint16_t));

// What the kernel tells about the address that was asked, and is told about the one to reply from;
// behind that, where it is to cut the replies.
union Control {
    cmsghdr header;
    uint8_t v4[CMSG_SPACE(sizeof(in_pktinfo)) + kSegmentSpace];
    uint8_t v6[CMSG_SPACE(sizeof(in6_pktinfo)) + kSegmentSpace];
};

// So many messages in turn that could not be cut, and none that could: the system cannot.
constexpr unsigned kMostUncut = 8;

// The system or the way to this client does not cut messages.
bool cannot_cut(int error) {
    return error == EIO || error == EINVAL || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

}  // namespace

UdpBuffers::UdpBuffers() {
    void* memory = ::mmap(nullptr, 2 * kBatch * kStride, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    octets_ = static_cast<uint8_t*>(memory);
}

UdpBuffers::~UdpBuffers() {
    ::munmap(octets_, 2 * kBatch * kStride);
}

// The headers of a socket's datagrams. What does not change from batch to batch is written once.
struct UdpServer::Batch {
    std::array<mmsghdr, kBatch> in{};
    std::array<mmsghdr, kBatch> out{};
    std::array<iovec, kBatch> in_octets{};
    std::array<iovec, kBatch> out_octets{};
    std::array<SocketAddress, kBatch> from{};
    std::array<Request, kBatch> requests{};
    std::array<Outcome, kBatch> outcomes{};
    // requests[i] came as datagram source[i]: those that are dropped leave no gap.
    std::array<uint8_t, kBatch> source{};
    std::array<uint8_t, kBatch> asked{};  // by reply: the request
    std::array<Control, kBatch> control{};
    ReplyGroups groups;

    Batch(UdpBuffers& buffers, const Endpoint& bound, bool wildcard) {
        const bool v4 = bound.address.is_v4();
        for (size_t i = 0; i < kBatch; ++i) {
            in_octets[i] = {buffers.request(i), kUdpRequest};
            msghdr& header = in[i].msg_hdr;
            header.msg_iov = &in_octets[i];
            header.msg_iovlen = 1;
            header.msg_name = &from[i];
            // The kernel writes back the same: an address has the size of its family.
            header.msg_namelen = v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
            out[i].msg_hdr = header;
            if (wildcard) header.msg_control = &control[i];
            requests[i].room = {buffers.reply(i), kUdpReply};
            requests[i].client.transport = Transport::udp;
            requests[i].client.local = bound.address;
            requests[i].client.address = Address::v4(Address().octets.data());
        }
    }
};

UdpServer::UdpServer(net::asio::io_context& io, Answering& answering, UdpBuffers& buffers,
                     BoundSocket socket)
    : io_(io),
      answering_(answering),
      socket_(io),
      bound_(socket.bound),
      wildcard_(socket.wildcard),
      batch_(std::make_unique<Batch>(buffers, bound_, wildcard_)) {
    const bool v4 = bound_.address.is_v4();
    socket_.assign(v4 ? net::asio::ip::udp::v4() : net::asio::ip::udp::v6(),
                   socket.descriptor->number());
    socket.descriptor->release();
}

UdpServer::~UdpServer() = default;

void UdpServer::start() {
    wait();
}

void UdpServer::finish(int64_t until_ns) {
    if (finished_) return;
    finished_ = true;
    while (serve_batch() > 0 && answering_.steady_ns() < until_ns) {
    }
    net::error_code ignored;
    socket_.close(ignored);
}

void UdpServer::wait() {
    if (waits_ || finished_) return;
    socket_.async_wait(net::UdpSocket::wait_read, [this](net::error_code error) {
        waits_ = false;
        if (!error) serve();
    });
    waits_ = true;
}

void UdpServer::serve() {
    if (finished_) return;
    for (int i = 0; i < kBatchesInTurn; ++i)
        if (serve_batch() < kBusy) return wait();
    net::asio::post(io_, [this] {
        waits_ = false;
        serve();
    });
    waits_ = true;
}

size_t UdpServer::serve_batch() {
    const size_t received = receive();
    if (received == 0) return 0;
    const int64_t received_ns = answering_.steady_ns();
    const size_t requests = read_requests(received);
    answering_.answer({batch_->requests.data(), requests}, {batch_->outcomes.data(), requests},
                      received_ns);
    const size_t replies = gather_replies(requests);
    send(prepare_messages());
    answering_.sent(received_ns, replies);
    return received;
}

size_t UdpServer::receive() {
    if (wildcard_)
        for (mmsghdr& message : batch_->in) message.msg_hdr.msg_controllen = sizeof(Control);
    // Errors of earlier replies are reported here, once each.
    for (size_t attempt = 0; attempt < kBatch; ++attempt) {
        const int got =
            ::recvmmsg(socket_.native_handle(), batch_->in.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (got >= 0) return static_cast<size_t>(got);
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    }
    return 0;
}

namespace {

void read_client(const SocketAddress& from, bool v4, Client& client) {
    if (v4) {
        // The rest of the address is in its place from the beginning.
        std::memcpy(client.address.octets.data() + 12, &from.v4.sin_addr, 4);
        client.port = ntohs(from.v4.sin_port);
    } else {
        put_v6(client.address, from.v6.sin6_addr);
        client.port = ntohs(from.v6.sin6_port);
    }
}

// Where the datagram was sent to. Makes of what the kernel said what it is told for the reply:
// from this address, by the route that is right for the client.
void read_local(msghdr& header, bool v4, Address& local) {
    cmsghdr* message = CMSG_FIRSTHDR(&header);
    if (message == nullptr) return;
    if (v4 && message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
        auto* info = reinterpret_cast<in_pktinfo*>(CMSG_DATA(message));
        put_v4(local, info->ipi_spec_dst);
        info->ipi_ifindex = 0;
    } else if (!v4 && message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
        auto* info = reinterpret_cast<in6_pktinfo*>(CMSG_DATA(message));
        put_v6(local, info->ipi6_addr);
        // A link-local address means nothing without its interface.
        if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) info->ipi6_ifindex = 0;
    }
}

}  // namespace

size_t UdpServer::read_requests(size_t received) {
    Batch& batch = *batch_;
    const bool v4 = bound_.address.is_v4();
    size_t count = 0;
    for (size_t i = 0; i < received; ++i) {
        mmsghdr& message = batch.in[i];
        Request& request = batch.requests[count];
        request.message = {static_cast<const uint8_t*>(batch.in_octets[i].iov_base),
                           message.msg_len};
        read_client(batch.from[i], v4, request.client);
        if (wildcard_) read_local(message.msg_hdr, v4, request.client.local);
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0)
            answering_.counters()[Tally::oversized].add();
        // Replies to port 0 go nowhere, replies to this socket come back.
        if (request.client.port == 0 || (request.client.port == bound_.port &&
                                         request.client.address == request.client.local)) {
            answering_.counters()[Tally::own].add();
            continue;
        }
        batch.source[count++] = static_cast<uint8_t>(i);
    }
    return count;
}

size_t UdpServer::gather_replies(size_t requests) {
    Batch& batch = *batch_;
    size_t count = 0;
    batch.groups.clear();
    for (size_t i = 0; i < requests; ++i) {
        const Outcome& outcome = batch.outcomes[i];
        if (outcome.action != Action::reply) continue;
        batch.groups.add(batch.requests[i].client, outcome.size);
        batch.asked[count++] = static_cast<uint8_t>(i);
    }
    batch.groups.form(uncut_ < kMostUncut && answering_.settings().send_together);
    return count;
}

// A message for each group; how many.
size_t UdpServer::prepare_messages() {
    Batch& batch = *batch_;
    size_t octets = 0, count = 0;
    const std::span<const uint8_t> order = batch.groups.order();
    for (const ReplyGroups::Group& group : batch.groups.groups()) {
        const size_t source = batch.source[batch.asked[order[group.first]]];
        const msghdr& asked = batch.in[source].msg_hdr;
        msghdr& message = batch.out[count++].msg_hdr;
        message.msg_name = asked.msg_name;
        message.msg_iov = &batch.out_octets[octets];
        message.msg_iovlen = group.count;
        message.msg_control = &batch.control[source];
        message.msg_controllen = wildcard_ ? asked.msg_controllen : 0;
        for (uint8_t reply : order.subspan(group.first, group.count)) {
            const size_t request = batch.asked[reply];
            batch.out_octets[octets++] = {batch.requests[request].room.data(),
                                          batch.outcomes[request].size};
        }
        if (group.count > 1) cut_at(message, group.segment);
    }
    return count;
}

void UdpServer::cut_at(msghdr& message, uint16_t octets) {
    const size_t before = message.msg_controllen;  // whole pieces
    message.msg_controllen = before + kSegmentSpace;
    auto* control = reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(message.msg_control) + before);
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof octets);
    std::memcpy(CMSG_DATA(control), &octets, sizeof octets);
}

void UdpServer::send(size_t messages) {
    size_t done = 0;
    while (done < messages) {
        const int sent =
            ::sendmmsg(socket_.native_handle(), batch_->out.data() + done,
                       static_cast<unsigned>(messages - done), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            for (const size_t end = done + static_cast<size_t>(sent); done < end; ++done)
                if (batch_->out[done].msg_hdr.msg_iovlen > 1) uncut_ = 0;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            // No room in the system for any of them: clients ask again, and waiting would let
            // requests pile up.
            for (; done < messages; ++done)
                answering_.counters()[Tally::send_failed].add(batch_->out[done].msg_hdr.msg_iovlen);
        } else if (errno != EINTR) {
            const bool may_not_cut = cannot_cut(errno);
            const msghdr& message = batch_->out[done++].msg_hdr;
            if (message.msg_iovlen > 1) {
                // An address to which nothing can be sent says nothing about cutting.
                if (send_pieces(message) && may_not_cut) ++uncut_;
            } else {
                // It cannot go out (no route, forbidden by a filter, no such source address).
                answering_.counters()[Tally::send_failed].add();
            }
        }
    }
}

// One by one what was to be cut. True if some could be sent.
bool UdpServer::send_pieces(const msghdr& message) {
    msghdr piece = message;
    piece.msg_iovlen = 1;
    piece.msg_controllen -= kSegmentSpace;
    size_t failed = 0;
    for (size_t i = 0; i < message.msg_iovlen; ++i) {
        piece.msg_iov = message.msg_iov + i;
        failed += ::sendmsg(socket_.native_handle(), &piece, MSG_DONTWAIT | MSG_NOSIGNAL) < 0;
    }
    answering_.counters()[Tally::send_failed].add(failed);
    return failed < message.msg_iovlen;
}

}  // namespace server
