#include "server/answer/encode.h"

#include <cstring>

namespace server {

namespace {

using dns::Section;

template <class Tracer>
class Encoder {
  public:
    Encoder(const Plan& plan, const Envelope& envelope, dns::MessageWriter& writer, Tracer& trace)
        : plan_(plan), envelope_(envelope), writer_(writer), trace_(trace) {}

    Encoded run() {
        begin_reply(plan_.rcode, plan_.authoritative ? dns::flag::aa : 0, envelope_, writer_);
        if constexpr (Tracer::kOn) trace_.sent.assign(plan_.items.size(), false);
        for (Section section : {Section::answer, Section::authority, Section::additional})
            if (!write_section(section)) return too_small();
        finish();
        return {writer_.size(), glue_missing_};
    }

  private:
    // False if something that must be there does not fit.
    bool write_section(Section section) {
        uint16_t count = 0;
        for (size_t i = 0; i < plan_.items.size(); ++i) {
            const PlanItem& item = plan_.items[i];
            if (item.section != section) continue;
            dns::MessageWriter::Mark mark = writer_.mark();
            uint16_t written = write_item(item);
            if (written == 0) {
                writer_.roll_back(mark);
                if (item.need == Need::required) return false;
                if (item.need == Need::glue) glue_missing_ = true;
                tell(StepKind::left_out, item);
                continue;
            }
            if constexpr (Tracer::kOn) trace_.sent[i] = true;
            count = static_cast<uint16_t>(count + written);
        }
        counts_[static_cast<size_t>(section)] = count;
        return true;
    }

    // The records written: all of the item, or none (what was begun is to be rolled back).
    uint16_t write_item(const PlanItem& item) {
        size_t owner_at = known_owner(item);
        if (!item.rrset) return write_alias(item, owner_at);
        size_t written = write_rrset(item, item.rrset, owner_at);
        if (written == 0 || !item.signatures) return static_cast<uint16_t>(written);
        size_t signatures = write_rrset(item, item.signatures, owner_at);
        return static_cast<uint16_t>(signatures == 0 ? 0 : written + signatures);
    }

    // Where the owner stands in the message already; 0 if it may not.
    size_t known_owner(const PlanItem& item) const {
        // The question is octet for octet the chain's first name; the root takes no pointer.
        if (item.chain != 0 || item.skipped + size_t{1} == plan_.chain[0].size()) return 0;
        return dns::kHeaderSize + item.skipped;
    }

    // Writes an owner, and says from then on where it stands.
    bool put_owner(const PlanItem& item, size_t& owner_at) {
        if (owner_at != 0) return writer_.put_pointer(owner_at);
        size_t at = writer_.size();
        bool fits;
        if (item.chain == PlanItem::kNodeOwner) {
            dns::NameView origin = item.zone->name();
            fits = writer_.put_name(item.node.name(), origin, origin_at(*item.zone));
        } else {
            fits = writer_.put_name(plan_.chain[item.chain].view().suffix(item.skipped));
        }
        if (!fits) return false;
        const size_t size = writer_.size() - at;
        if (size == 2)  // nothing but a pointer: the name stands where it points
            owner_at = dns::load16(writer_.data() + at) & 0x3fff;
        else if (size > 2 && at < dns::MessageWriter::kPointerReach)
            owner_at = at;
        return true;
    }

    // The zone's origin, where it ends the question's name.
    size_t origin_at(const ServedZone& zone) const {
        if (plan_.chain_size == 0 || &zone != plan_.items.front().zone) return 0;
        dns::NameView question = plan_.chain[0];
        size_t origin_size = zone.name().size();
        return origin_size == 1 ? 0 : dns::kHeaderSize + question.size() - origin_size;
    }

    size_t write_rrset(const PlanItem& item, const zones::RrsetView& rrset, size_t& owner_at) {
        bool compresses = dns::MessageWriter::compresses(rrset.type());
        bool as_stored = !compresses && item.ttl_limit == 0xffffffff;
        size_t first = rrset.count() > 1 ? envelope_.rotation % rrset.count() : 0;
        if (first == 0) {
            if (as_stored && owner_at != 0) return copy_rrset(rrset, owner_at);
            for (zones::RecordView record : rrset)
                if (!write_record(item, record, as_stored, owner_at)) return 0;
            return rrset.count();
        }
        // From the record number `first` to the end, then those before it.
        for (bool before : {false, true}) {
            size_t number = 0;
            for (zones::RecordView record : rrset)
                if ((number++ < first) == before &&
                    !write_record(item, record, as_stored, owner_at))
                    return 0;
        }
        return rrset.count();
    }

    // The usual case: an owner that stands in the message, and records that go out as stored.
    size_t copy_rrset(const zones::RrsetView& rrset, size_t owner_at) {
        uint8_t* to = writer_.take(rrset.wire().size() + 2 * rrset.count());
        if (to == nullptr) return 0;
        for (zones::RecordView record : rrset) {
            dns::store16(to, static_cast<uint16_t>(0xc000 | owner_at));
            dns::Octets octets = record.wire();
            std::memcpy(to + 2, octets.data(), octets.size());
            to += 2 + octets.size();
        }
        return rrset.count();
    }

    bool write_record(const PlanItem& item, const zones::RecordView& record, bool as_stored,
                      size_t& owner_at) {
        if (!put_owner(item, owner_at)) return false;
        if (as_stored) return writer_.put(record.wire());
        dns::Octets head(record.data(), 4);
        uint32_t ttl = record.ttl() < item.ttl_limit ? record.ttl() : item.ttl_limit;
        return writer_.put(head) && writer_.put32(ttl) &&
               writer_.put_rdata(record.type(), record.rdata());
    }

    // RFC 6672 3.1: the CNAME that a DNAME stands for, with its TTL.
    uint16_t write_alias(const PlanItem& item, size_t owner_at) {
        bool fits = put_owner(item, owner_at) && writer_.put16(dns::type::CNAME) &&
                    writer_.put16(dns::rr_class::internet) && writer_.put32(item.ttl_limit);
        dns::NameView target = plan_.chain[item.chain + size_t{1}];
        return fits && writer_.put_rdata(dns::type::CNAME, {target.data(), target.size()}) ? 1 : 0;
    }

    void finish() {
        for (Section section : {Section::answer, Section::authority, Section::additional}) {
            size_t number = static_cast<size_t>(section);
            uint16_t count = counts_[number];
            if (section == Section::additional && envelope_.opt.present) ++count;
            writer_.set16(4 + 2 * number, count);
        }
        if (glue_missing_) {
            writer_.set16(2, dns::load16(writer_.data() + 2) | dns::flag::tc);
            tell_truncated();
        }
        writer_.reserve(envelope_.signature);
        envelope_.opt.write(envelope_.query.edns, plan_.rcode, writer_);
    }

    Encoded too_small() {
        tell_truncated();
        if constexpr (Tracer::kOn) trace_.sent.assign(plan_.items.size(), false);
        uint16_t flags = plan_.authoritative ? dns::flag::aa : 0;
        // RFC 8945 5.3: what is signed and truncated says NOERROR.
        uint16_t rcode = envelope_.signature > 0 ? dns::rcode::no_error : plan_.rcode;
        return encode_empty(rcode, flags | dns::flag::tc, envelope_, writer_);
    }

    void tell(StepKind kind, const PlanItem& item) {
        if constexpr (Tracer::kOn) {
            Step& step = trace_.add(kind);
            step.zone = item.zone;
            step.rrset = item.rrset;
            step.number = envelope_.limit;
            step.type = item.rrset.type();
            if (item.node) step.name = item.zone->zone().absolute(item.node.name());
        }
        static_cast<void>(kind);
        static_cast<void>(item);
    }

    void tell_truncated() {
        if constexpr (Tracer::kOn) trace_.add(StepKind::truncated).number = envelope_.limit;
    }

    const Plan& plan_;
    const Envelope& envelope_;
    dns::MessageWriter& writer_;
    Tracer& trace_;
    std::array<uint16_t, 4> counts_{};
    bool glue_missing_ = false;
};

}  // namespace

template <class Tracer>
Encoded encode(const Plan& plan, const Envelope& envelope, dns::MessageWriter& writer,
               Tracer& trace) {
    return Encoder<Tracer>(plan, envelope, writer, trace).run();
}

template Encoded encode(const Plan&, const Envelope&, dns::MessageWriter&, NoTrace&);
template Encoded encode(const Plan&, const Envelope&, dns::MessageWriter&, Trace&);

void begin_reply(uint16_t rcode, uint16_t flags, const Envelope& envelope,
                 dns::MessageWriter& writer) {
    const dns::Query& query = envelope.query;
    uint8_t header[dns::kHeaderSize] = {};
    dns::store16(header, query.id);
    uint16_t copied = query.flags & (dns::flag::opcode_mask | dns::flag::rd);
    dns::store16(header + 2, static_cast<uint16_t>(dns::flag::qr | copied | flags |
                                                   (rcode & dns::flag::rcode_mask)));
    header[5] = query.has_question ? 1 : 0;
    writer.start(0, {});
    writer.reserve(0);
    bool fits = writer.put(header);
    if (query.has_question)
        fits = fits && writer.put(envelope.message.subspan(dns::kHeaderSize,
                                                           query.question_end - dns::kHeaderSize));
    static_cast<void>(fits);  // a question has 271 octets at most, and every limit more
    writer.start(writer.size(), query.name);
    writer.reserve(envelope.opt.size(query.edns) + envelope.signature);
}

Encoded encode_empty(uint16_t rcode, uint16_t flags, const Envelope& envelope,
                     dns::MessageWriter& writer) {
    begin_reply(rcode, flags, envelope, writer);
    writer.reserve(envelope.signature);
    if (envelope.opt.present) writer.set16(10, 1);
    envelope.opt.write(envelope.query.edns, rcode, writer);
    return {writer.size(), (flags & dns::flag::tc) != 0};
}

}  // namespace server
