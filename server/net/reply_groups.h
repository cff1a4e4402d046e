// Replies of one batch that go to the same client leave as one message, which the kernel cuts into
// datagrams behind its routing (UDP_SEGMENT): most of what sending costs is paid once for all of
// them. Resolvers that share few ports, and load balancers above all, ask in such bursts.
//
//   replies of a client      100 100 130 90 120      what the kernel can cut: pieces of one size,
//   by size, then groups     130+90 | 120+100 | 100  of which the last may be shorter
//
// Datagrams have no order, so those of a batch may leave in another one than they were asked in.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "server/answer/respond.h"

namespace server {

class ReplyGroups {
  public:
    // Consecutive in order().
    struct Group {
        uint8_t first, count;
        uint16_t segment;  // the size of all but the last, if there are several
    };
    // What goes out alone: it may need fragments, which the kernel makes of whole messages only.
    static constexpr size_t kMostSegment = 1232;
    static constexpr size_t kMostOctets = 60'000;  // of a group

    void clear() { size_ = clients_ = 0; }
    // The next reply. The client stays where it is until form() is done.
    void add(const Client& client, size_t octets);
    // With `together` false each reply is a group.
    void form(bool together);

    // Numbers of replies, as they were added.
    std::span<const uint8_t> order() const { return {order_.data(), size_}; }
    std::span<const Group> groups() const { return {groups_.data(), group_count_}; }

  private:
    static constexpr uint8_t kNone = 0xff;
    static constexpr size_t kSlots = 128;

    struct Asker {
        const Client* client;
        uint8_t next;         // in its slot
        uint8_t first, last;  // of its replies
    };

    // Of a client's replies, which stand in order_ from `first` on.
    void form(size_t first, size_t count);

    std::array<uint16_t, kBatch> octets_;
    std::array<uint8_t, kBatch> next_;  // reply of the same client
    std::array<uint8_t, kBatch> order_;
    std::array<Group, kBatch> groups_;
    std::array<Asker, kBatch> askers_;
    std::array<uint8_t, kSlots> slots_;
    size_t size_ = 0, clients_ = 0, group_count_ = 0;
};

}  // namespace server
