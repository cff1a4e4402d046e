#include "dns/tsig_record.h"

#include <cstring>

#include "dns/message_reader.h"

namespace dns {

namespace {

constexpr size_t kHead = 10;   // type, class, TTL, rdata length
constexpr size_t kTimes = 10;  // time signed, fudge, MAC size
constexpr size_t kTail = 6;    // original id, error, size of other data

}  // namespace

bool read_tsig(Octets message, size_t at, TsigRecord& record) {
    if (read_compressed_name(message, at, record.key) != nullptr) return false;
    if (message.size() - at < kHead) return false;
    const uint8_t* head = message.data() + at;
    if (load16(head) != kTsigType || load16(head + 2) != rr_class::any || load32(head + 4) != 0)
        return false;
    Octets rest = message.subspan(at + kHead);
    if (rest.size() != load16(head + 8)) return false;

    // RFC 3597 4: names in rdata of newer types are not compressed.
    const size_t name_size = measure_name(rest.data(), rest.size());
    if (name_size == 0) return false;
    record.algorithm = Name(NameView(rest.data(), name_size));
    rest = rest.subspan(name_size);
    if (rest.size() < kTimes) return false;
    record.time = uint64_t{load16(rest.data())} << 32 | load32(rest.data() + 2);
    record.fudge = load16(rest.data() + 6);
    const size_t mac_size = load16(rest.data() + 8);
    rest = rest.subspan(kTimes);
    if (rest.size() < mac_size + kTail) return false;
    record.mac = rest.first(mac_size);
    rest = rest.subspan(mac_size);
    record.original_id = load16(rest.data());
    record.error = load16(rest.data() + 2);
    if (rest.size() - kTail != load16(rest.data() + 4)) return false;
    record.other = rest.subspan(kTail);
    return true;
}

size_t tsig_size(NameView key, NameView algorithm, size_t mac_size, size_t other_size) {
    return key.size() + kHead + algorithm.size() + kTimes + mac_size + kTail + other_size;
}

size_t append_tsig(const TsigRecord& record, uint8_t* message, size_t size) {
    uint8_t* to = message + size;
    auto put = [&](const uint8_t* from, size_t count) {
        if (count > 0) std::memcpy(to, from, count);
        to += count;
    };
    auto put16 = [&](size_t value) {
        store16(to, static_cast<uint16_t>(value));
        to += 2;
    };
    put(record.key.data(), record.key.size());
    put16(kTsigType);
    put16(rr_class::any);
    put16(0);  // TTL
    put16(0);
    put16(record.algorithm.size() + kTimes + record.mac.size() + kTail + record.other.size());
    put(record.algorithm.data(), record.algorithm.size());
    put16(record.time >> 32 & 0xffff);
    put16(record.time >> 16 & 0xffff);
    put16(record.time & 0xffff);
    put16(record.fudge);
    put16(record.mac.size());
    put(record.mac.data(), record.mac.size());
    put16(record.original_id);
    put16(record.error);
    put16(record.other.size());
    put(record.other.data(), record.other.size());
    store16(message + 10, static_cast<uint16_t>(load16(message + 10) + 1));
    return static_cast<size_t>(to - message);
}

}  // namespace dns
