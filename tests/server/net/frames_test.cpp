#include "server/net/frames.h"

#include <doctest/doctest.h>

#include <array>

#include "tests/support/octets.h"

namespace apex_tests {

namespace {

// A frame of so many octets behind its length.
OctetString frame(uint16_t size) {
    OctetString octets(size_t{2} + size, 0xab);
    dns::store16(octets.data(), size);
    return octets;
}

OctetString join(std::initializer_list<OctetString> parts) {
    OctetString all;
    for (const OctetString& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace

TEST_CASE("frames: whole messages, as many as asked for") {
    std::array<dns::Octets, 4> messages;
    const OctetString stream = join({frame(12), frame(300), frame(12), {0, 20, 1, 2}});
    server::Frames frames = server::split_frames(stream, messages);
    CHECK(frames.count == 3);
    CHECK(frames.used == 14 + 302 + 14);
    CHECK_FALSE(frames.broken);
    CHECK(messages[1].size() == 300);
    CHECK(messages[1].data() == stream.data() + 16);
    frames = server::split_frames(stream, {messages.data(), 2});
    CHECK(frames.count == 2);
    CHECK(frames.used == 14 + 302);
}

TEST_CASE("frames: what is too short for a header is told, behind what is whole") {
    std::array<dns::Octets, 4> messages;
    for (uint16_t size = 0; size < 12; ++size) {
        const OctetString stream = join({frame(12), frame(size)});
        const server::Frames frames = server::split_frames(stream, messages);
        CHECK(frames.count == 1);
        CHECK(frames.used == 14);
        CHECK(frames.broken);
    }
}

TEST_CASE("frames: a beginning is no message") {
    std::array<dns::Octets, 4> messages;
    const OctetString whole = frame(500);
    for (size_t size = 0; size < whole.size(); ++size) {
        const server::Frames frames = server::split_frames({whole.data(), size}, messages);
        CHECK(frames.count == 0);
        CHECK(frames.used == 0);
        CHECK_FALSE(frames.broken);
        CHECK(server::frame_size({whole.data(), size}) == (size < 2 ? 0 : 502));
    }
}

}  // namespace apex_tests
