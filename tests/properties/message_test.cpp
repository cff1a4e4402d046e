// What is written as a message is read back: names compressed or not, whole or cut by a limit.
#include <doctest/doctest.h>

#include <memory>

#include "tests/properties/property.h"
#include "tests/support/messages.h"

namespace apex_tests {

namespace {

using OctetString = std::vector<uint8_t>;

// Few octets and few labels, so that suffixes are shared and the writer's table meets collisions.
dns::Name random_name(Random& random) {
    OctetString octets;
    for (size_t labels = random.below(random.one_in(20) ? 100 : 6); labels > 0; --labels) {
        size_t length = random.one_in(8) ? random.between(1, 40) : random.between(1, 2);
        if (octets.size() + length + 2 > dns::kMaxName) break;
        octets.push_back(static_cast<uint8_t>(length));
        for (; length > 0; --length)
            octets.push_back(static_cast<uint8_t>("abAB-\x00\xc0z"[random.below(8)]));
    }
    octets.push_back(0);
    return dns::Name(dns::NameView(octets.data(), octets.size()));
}

void append_name(OctetString& out, const dns::Name& name) {
    out.insert(out.end(), name.data(), name.data() + name.size());
}

OctetString random_rdata(Random& random, uint16_t type) {
    if (type == 65280) return OctetString(random.below(50), 7);
    OctetString out;
    if (type == dns::type::MX) out = {0, 10};
    if (type == dns::type::SRV) out = {0, 1, 0, 2, 0, 3};
    append_name(out, random_name(random));
    if (type == dns::type::SOA) {
        append_name(out, random_name(random));
        out.resize(out.size() + 20, 9);
    }
    return out;
}

dns::Message random_message(Random& random) {
    constexpr uint16_t kTypes[] = {
        dns::type::NS, dns::type::CNAME, dns::type::SOA,   dns::type::PTR,
        dns::type::MX, dns::type::SRV,   dns::type::DNAME, 65280};
    dns::Message message;
    message.id = static_cast<uint16_t>(random.word());
    message.flags = static_cast<uint16_t>(random.word());
    if (!random.one_in(8)) message.questions.push_back({random_name(random), 1, 1});
    auto section = dns::Section::answer;
    for (size_t left = random.below(random.one_in(3) ? 400 : 12); left > 0; --left) {
        if (random.one_in(5) && section != dns::Section::additional)
            section = static_cast<dns::Section>(static_cast<int>(section) + 1);
        dns::MessageRecord& record = message.records.emplace_back();
        record.section = section;
        record.owner = random_name(random);
        record.type = random.pick(kTypes);
        record.rr_class = 1;
        record.ttl = static_cast<uint32_t>(random.word());
        record.rdata = random_rdata(random, record.type);
    }
    return message;
}

size_t plain_size(const dns::Message& message) {
    size_t size = dns::kHeaderSize;
    for (const dns::MessageQuestion& question : message.questions) size += question.name.size() + 4;
    for (const dns::MessageRecord& record : message.records)
        size += record.owner.size() + 10 + record.rdata.size();
    return size;
}

struct Writers {
    OctetString used_octets = OctetString(dns::kMaxMessage), octets = used_octets;
    dns::MessageWriter used{used_octets.data(), used_octets.size()};
};

Complaint round_trip(Writers& writers, const dns::Message& message, size_t limit) {
    dns::MessageWriter fresh(writers.octets.data(), limit);
    bool fits = write_message(message, writers.used_octets.data(), limit, writers.used);
    if (write_message(message, writers.octets.data(), limit, fresh) != fits ||
        fresh.size() != writers.used.size() ||
        !std::equal(writers.octets.data(), writers.octets.data() + fresh.size(),
                    writers.used_octets.data()))
        return "what was written before changes what is written";
    if (fresh.size() > limit) return "more was written than the limit allows";
    if (!fits) return plain_size(message) <= limit ? "does not fit where it must" : "";
    auto read = dns::read_message({writers.octets.data(), fresh.size()});
    if (!read.ok()) return read.fault().sentence;
    if (fresh.size() > plain_size(message)) return "compression made it longer";
    return same_message(*read, message) ? "" : "another message is read back";
}

}  // namespace

TEST_CASE("a message is read as it was written") {
    Writers writers;
    for_all("message", 4000, [&](Random& random) {
        dns::Message message = random_message(random);
        size_t limit = random.one_in(3) ? random.between(12, 1500) : dns::kMaxMessage;
        return round_trip(writers, message, limit);
    });
}

}  // namespace apex_tests
