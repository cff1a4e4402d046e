// Messages for tests: written again from what was read, compared without regard to case.
#pragma once

#include <algorithm>

#include "dns/message_reader.h"
#include "dns/message_writer.h"

namespace apex_tests {

// Header, questions and records into `buffer`; false if they do not fit.
inline bool write_message(const dns::Message& message, uint8_t* buffer, size_t limit,
                          dns::MessageWriter& writer) {
    writer.start(buffer, limit, 0, {});
    bool fits = writer.put16(message.id) && writer.put16(message.flags) &&
                writer.put16(static_cast<uint16_t>(message.questions.size()));
    for (auto section : {dns::Section::answer, dns::Section::authority, dns::Section::additional})
        fits = fits && writer.put16(static_cast<uint16_t>(message.count(section)));
    for (size_t i = 0; i < message.questions.size(); ++i) {
        const dns::MessageQuestion& question = message.questions[i];
        fits = fits && writer.put_name(question.name) && writer.put16(question.type) &&
               writer.put16(question.rr_class);
        // As a server does it: the question stands in the buffer already.
        if (fits && i == 0) writer.start(writer.size(), question.name);
    }
    for (const dns::MessageRecord& record : message.records)
        fits = fits && writer.put_name(record.owner) && writer.put16(record.type) &&
               writer.put16(record.rr_class) && writer.put32(record.ttl) &&
               writer.put_rdata(record.type, record.rdata);
    return fits;
}

// Names that share a suffix come out in the case of the first of them.
inline bool same_but_for_case(dns::Octets a, dns::Octets b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](uint8_t one, uint8_t other) {
        return dns::lower(one) == dns::lower(other);
    });
}

inline bool same_message(const dns::Message& a, const dns::Message& b) {
    auto same_question = [](const dns::MessageQuestion& one, const dns::MessageQuestion& other) {
        return one.name == other.name && one.type == other.type && one.rr_class == other.rr_class;
    };
    auto same_record = [](const dns::MessageRecord& one, const dns::MessageRecord& other) {
        const bool same_rdata = dns::MessageWriter::compresses(one.type)
                                    ? same_but_for_case(one.rdata, other.rdata)
                                    : one.rdata == other.rdata;
        return one.section == other.section && one.owner == other.owner && one.type == other.type &&
               one.rr_class == other.rr_class && one.ttl == other.ttl && same_rdata;
    };
    return a.id == b.id && a.flags == b.flags &&
           std::equal(a.questions.begin(), a.questions.end(), b.questions.begin(),
                      b.questions.end(), same_question) &&
           std::equal(a.records.begin(), a.records.end(), b.records.begin(), b.records.end(),
                      same_record);
}

}  // namespace apex_tests
