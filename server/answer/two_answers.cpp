#include "server/answer/two_answers.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>

#include "dns/message_reader.h"

namespace server {

namespace {

using dns::Section;

// Header, name, type and class, OPT.
constexpr size_t kMostRequest = dns::kHeaderSize + dns::kMaxName + 4 + 11;

size_t write_request(const AskedQuestion& question, bool dnssec_ok, uint8_t* to) {
    std::memset(to, 0, kMostRequest);
    to[5] = 1;  // one question
    size_t at = dns::kHeaderSize;
    std::memcpy(to + at, question.name.data(), question.name.size());
    at += question.name.size();
    dns::store16(to + at, question.type);
    dns::store16(to + at + 2, dns::rr_class::internet);
    at += 4;
    if (!dnssec_ok) return at;
    to[11] = 1;  // one more record
    dns::store16(to + at + 1, dns::type::OPT);
    dns::store16(to + at + 3, dns::kMaxMessage);
    to[at + 7] = 0x80;  // DO
    return at + 11;
}

// A record as it counts: what is compared, as octets that order and compare.
struct Counted {
    std::string rrset;   // owner in lower case, type, type covered
    std::string record;  // TTL and canonical rdata
    Section section;
    uint32_t ttl;
    bool is_soa;

    auto key() const { return std::tie(rrset, record); }
};

std::string canonical_rdata(const dns::MessageRecord& record) {
    std::string out(record.rdata.size(), '\0');
    auto* to = reinterpret_cast<uint8_t*>(out.data());
    dns::write_canonical_rdata(record.type, record.rdata, to);
    // RFC 4034 3.1: covered 2, algorithm 1, labels 1, TTL 4 | times 8 | tag 2, signer | signature
    if (record.type != dns::type::RRSIG || out.size() < 18) return out;
    size_t signer = dns::measure_name(to + 18, out.size() - 18);
    dns::lower_copy(to + 18, record.rdata.data() + 18, signer);
    return out.substr(0, 8) + out.substr(16, 2 + signer);
}

Counted count_record(const dns::MessageRecord& record) {
    Counted counted{std::string(record.owner.size() + 4, '\0'), std::string(4, '\0'),
                    record.section, record.ttl, record.type == dns::type::SOA};
    auto* key = reinterpret_cast<uint8_t*>(counted.rrset.data());
    dns::lower_copy(key, record.owner.data(), record.owner.size());
    dns::store16(key + record.owner.size(), record.type);
    if (record.type == dns::type::RRSIG && record.rdata.size() >= 2)
        std::memcpy(key + record.owner.size() + 2, record.rdata.data(), 2);
    dns::store32(reinterpret_cast<uint8_t*>(counted.record.data()), record.ttl);
    counted.record += canonical_rdata(record);
    return counted;
}

std::vector<Counted> counted_records(const dns::Message& message) {
    std::vector<Counted> out;
    for (const dns::MessageRecord& record : message.records)
        if (record.type != dns::type::OPT) out.push_back(count_record(record));
    std::sort(out.begin(), out.end(),
              [](const Counted& a, const Counted& b) { return a.key() < b.key(); });
    return out;
}

bool same_section(const std::vector<Counted>& a, const std::vector<Counted>& b, Section section) {
    auto next = [section](const std::vector<Counted>& list, size_t at) {
        while (at < list.size() && list[at].section != section) ++at;
        return at;
    };
    size_t i = next(a, 0), k = next(b, 0);
    for (; i < a.size() && k < b.size(); i = next(a, i + 1), k = next(b, k + 1))
        if (a[i].key() != b[k].key()) return false;
    return i == a.size() && k == b.size();
}

// The longest TTL of an RRset that is no more, or no more the same. Both lists are in order, so
// those of an RRset stand together.
uint32_t longest_outdated(const std::vector<Counted>& before, const std::vector<Counted>& after) {
    auto end_of = [](const std::vector<Counted>& list, size_t first) {
        size_t end = first;
        while (end < list.size() && list[end].rrset == list[first].rrset) ++end;
        return end;
    };
    uint32_t longest = 0;
    for (size_t i = 0, k = 0; i < before.size();) {
        while (k < after.size() && after[k].rrset < before[i].rrset) ++k;
        size_t old_end = end_of(before, i);
        bool same = k < after.size() && after[k].rrset == before[i].rrset;
        size_t new_end = same ? end_of(after, k) : k;
        same = same && old_end - i == new_end - k;
        for (size_t at = 0; same && at < old_end - i; ++at)
            same = before[i + at].record == after[k + at].record;
        for (; i < old_end; ++i)
            if (!same) longest = std::max(longest, before[i].ttl);
        k = new_end;
    }
    return longest;
}

}  // namespace

AnswerDifference compare_replies(dns::Octets before, dns::Octets after) {
    AnswerDifference out;
    if (before.size() == after.size() &&
        std::memcmp(before.data(), after.data(), before.size()) == 0)
        return out;
    auto old = dns::read_message(before), now = dns::read_message(after);
    // respond() writes nothing that cannot be read.
    if (!old.ok() || !now.ok()) return {true, false, 0};
    std::vector<Counted> old_records = counted_records(*old), new_records = counted_records(*now);
    bool same_head = old->flags == now->flags && old->rcode() == now->rcode() &&
                     same_section(old_records, new_records, Section::answer) &&
                     same_section(old_records, new_records, Section::authority);
    out.additional_only = same_head;
    out.differs = !same_head || !same_section(old_records, new_records, Section::additional);
    if (!out.differs) return {};
    out.held = longest_outdated(old_records, new_records);
    // What a name is not, is held by the SOA, which may have stayed the same (RFC 2308 5).
    if (old->rcode() != now->rcode())
        for (const Counted& record : old_records)
            if (record.is_soa && record.section == Section::authority)
                out.held = std::max(out.held, record.ttl);
    return out;
}

TwoAnswers::TwoAnswers(const View& before, const View& after, bool dnssec_ok)
    : dnssec_ok_(dnssec_ok),
      requests_(kBatch * kMostRequest),
      before_rooms_(kBatch * dns::kMaxMessage),
      after_rooms_(kBatch * dns::kMaxMessage),
      asked_(kBatch),
      before_outcomes_(kBatch),
      after_outcomes_(kBatch) {
    auto serve = [](const View& view, Set& set) {
        auto open = std::make_shared<View>(view);
        open->clients.reset();
        open->destinations.reset();
        open->keys.reset();
        set.settings.cookies = false;
        set.views.push_back(std::move(open));
    };
    serve(before, before_);
    serve(after, after_);
}

void TwoAnswers::ask_batch(std::span<const AskedQuestion> questions) {
    Client client;
    client.transport = Transport::tcp;
    for (size_t i = 0; i < questions.size(); ++i) {
        uint8_t* request = requests_.data() + i * kMostRequest;
        asked_[i] = {{request, write_request(questions[i], dnssec_ok_, request)}, client, {}};
    }
    auto respond_all = [&](const Set& set, std::vector<uint8_t>& rooms,
                           std::vector<Outcome>& outcomes) {
        for (size_t i = 0; i < questions.size(); ++i)
            asked_[i].room = {rooms.data() + i * dns::kMaxMessage, dns::kMaxMessage};
        respond(set, {asked_.data(), questions.size()}, {outcomes.data(), questions.size()},
                scratch_, 0);
    };
    respond_all(before_, before_rooms_, before_outcomes_);
    respond_all(after_, after_rooms_, after_outcomes_);
}

void TwoAnswers::ask(std::span<const AskedQuestion> questions,
                     std::span<AnswerDifference> differences) {
    for (size_t at = 0; at < questions.size(); at += kBatch) {
        size_t count = std::min(kBatch, questions.size() - at);
        ask_batch(questions.subspan(at, count));
        for (size_t i = 0; i < count; ++i)
            differences[at + i] = compare_replies(
                {before_rooms_.data() + i * dns::kMaxMessage, before_outcomes_[i].size},
                {after_rooms_.data() + i * dns::kMaxMessage, after_outcomes_[i].size});
    }
}

AnswerDifference TwoAnswers::ask(const AskedQuestion& question) {
    AnswerDifference difference;
    ask({&question, 1}, {&difference, 1});
    return difference;
}

TwoAnswers::Replies TwoAnswers::replies(const AskedQuestion& question) {
    ask_batch({&question, 1});
    return {{before_rooms_.data(), before_outcomes_[0].size},
            {after_rooms_.data(), after_outcomes_[0].size}};
}

}  // namespace server
