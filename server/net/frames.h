// Messages in a TCP stream (RFC 1035 4.2.2): each follows two octets that say how long it is.
#pragma once

#include <span>

#include "dns/message.h"
#include "dns/rdata.h"

namespace server {

inline constexpr size_t kFrameHeader = 2;

struct Frames {
    size_t count = 0;  // whole messages, in the order in which they came
    size_t used = 0;   // octets that they take
    // What follows cannot be a message: it says that it is shorter than a header. Where the next
    // one begins is anyone's guess.
    bool broken = false;
};

// Takes whole messages from the front of `stream`, at most messages.size().
Frames split_frames(dns::Octets stream, std::span<dns::Octets> messages);

// How many octets the first message takes with its length, as far as `stream` tells; 0 if it does
// not say yet.
size_t frame_size(dns::Octets stream);

}  // namespace server
