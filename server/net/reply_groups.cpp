#include "server/net/reply_groups.h"

#include <algorithm>

namespace server {

namespace {

// Few clients of a batch fall together; strangers may choose ports and addresses, so that a slot's
// clients are bounded by the batch alone.
size_t slot_of(const Client& client, size_t slots) {
    const uint32_t host = dns::load32(client.address.octets.data() + 12);
    return ((host ^ uint32_t{client.port} << 16) * 0x9e3779b1u >> 16) % slots;
}

// A link-local address may be another host's on another link.
bool is_link_local(const Address& address) {
    return address.octets[0] == 0xfe && (address.octets[1] & 0xc0) == 0x80;
}

// Replies leave from the address that was asked.
bool is_same(const Client& a, const Client& b) {
    return a.port == b.port && a.address == b.address && a.local == b.local &&
           !is_link_local(a.address);
}

}  // namespace

void ReplyGroups::add(const Client& client, size_t octets) {
    const auto number = static_cast<uint8_t>(size_++);
    if (number == 0) slots_.fill(kNone);
    octets_[number] = static_cast<uint16_t>(std::min<size_t>(octets, UINT16_MAX));
    next_[number] = kNone;
    uint8_t& slot = slots_[slot_of(client, kSlots)];
    for (uint8_t at = slot; at != kNone; at = askers_[at].next) {
        Asker& asker = askers_[at];
        if (!is_same(*asker.client, client)) continue;
        next_[asker.last] = number;
        asker.last = number;
        return;
    }
    askers_[clients_] = {&client, slot, number, number};
    slot = static_cast<uint8_t>(clients_++);
}

void ReplyGroups::form(bool together) {
    group_count_ = 0;
    if (!together || clients_ == size_) {
        for (size_t i = 0; i < size_; ++i) {
            order_[i] = static_cast<uint8_t>(i);
            groups_[i] = {order_[i], 1, octets_[i]};
        }
        group_count_ = size_;
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < clients_; ++i) {
        size_t count = 0;
        for (uint8_t reply = askers_[i].first; reply != kNone; reply = next_[reply])
            order_[at + count++] = reply;
        form(at, count);
        at += count;
    }
}

// The largest of what is left and all of its size, and the smallest of what is left behind them.
void ReplyGroups::form(size_t first, size_t count) {
    std::array<uint8_t, kBatch> sorted;  // the largest first, else as they came
    for (size_t i = 0; i < count; ++i) {
        const uint8_t reply = order_[first + i];
        size_t place = i;
        for (; place > 0 && octets_[sorted[place - 1]] < octets_[reply]; --place)
            sorted[place] = sorted[place - 1];
        sorted[place] = reply;
    }
    for (size_t front = 0, back = count; front < back;) {
        const uint16_t segment = octets_[sorted[front]];
        Group group{static_cast<uint8_t>(first), 0, segment};
        size_t total = 0;
        auto take = [&](uint8_t reply) {
            order_[first++] = reply;
            total += octets_[reply];
            ++group.count;
        };
        do take(sorted[front++]);
        while (front < back && octets_[sorted[front]] == segment && segment <= kMostSegment &&
               total + segment <= kMostOctets);
        const bool has_room = segment <= kMostSegment && total + segment <= kMostOctets;
        if (has_room && front < back && octets_[sorted[back - 1]] < segment) take(sorted[--back]);
        groups_[group_count_++] = group;
    }
}

}  // namespace server
