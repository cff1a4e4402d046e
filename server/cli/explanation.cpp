#include "server/cli/explanation.h"

#include <algorithm>

#include "dns/message_writer.h"
#include "dns/rdata_text.h"
#include "server/cli/message_text.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

// In the order of Why.
constexpr ReasonRow kReasons[] = {
    {Why::asked, "asked", "RFC 1034 4.3.2", "what is asked for"},
    {Why::alias, "alias", "RFC 1034 3.6.2", "the alias"},
    {Why::synthesized, "synthesized", "RFC 6672 3.1", "the alias that the DNAME makes of the name"},
    {Why::redirect, "redirect", "RFC 6672 3.2", "the DNAME above the name"},
    {Why::wildcard, "wildcard", "RFC 4592 3.3.3", "the wildcard's records, under the name"},
    {Why::delegation, "delegation", "RFC 1034 4.3.2", "the servers of the zone below the cut"},
    {Why::signed_delegation, "signed-delegation", "RFC 4035 3.1.4",
     "the DS: with which keys the zone below is signed"},
    {Why::negative, "negative", "RFC 2308 3",
     "the SOA; its TTL, at most its MINIMUM, is how long this may be held"},
    {Why::proof, "proof", "RFC 4035 3.1.3", "proof of what does not exist"},
    {Why::in_domain_glue, "in-domain-glue", "RFC 9471 3.1",
     "glue: the names of these servers lie below the cut"},
    {Why::sibling_glue, "sibling-glue", "RFC 9471 3.2",
     "glue, as there is room: the names of these servers lie elsewhere in the zone"},
    {Why::additional, "additional", "RFC 1034 4.3.2",
     "as there is room: what a client would look up next"},
    {Why::one_for_any, "one-for-any", "RFC 8482 4.1", "one RRset in place of all"},
};

constexpr bool reasons_in_order() {
    for (size_t i = 0; i < sizeof kReasons / sizeof kReasons[0]; ++i)
        if (kReasons[i].why != static_cast<Why>(i)) return false;
    return true;
}
static_assert(reasons_in_order());

constexpr std::string_view kEmptyNameProof =
    "the {type} ends below {name}: it exists, and holds no records";
constexpr uint16_t kIxfr = 251, kAxfr = 252;
// Zones that are named where none is at or above a name.
constexpr size_t kShownZones = 5;

// Networks of a list that are shown; the others are counted.
constexpr size_t kShownNetworks = 8;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string networks_text(const NetworkList& list) {
    std::string text;
    size_t shown = 0;
    for (const Network& network : list.networks()) {
        if (shown++ == kShownNetworks) break;
        text += (text.empty() ? "" : ", ") + to_text(network);
    }
    if (size_t all = list.networks().size(); all > kShownNetworks)
        text += " and " + std::to_string(all - kShownNetworks) + " more";
    return text.empty() ? "nobody" : text;
}

// "10.0.0.1 is one of its clients, 10.0.0.0/8".
std::string membership_text(const Address& address, std::string_view nouns,
                            const NetworkList& list) {
    std::string text = to_text(address);
    text += list.contains(address) ? " is one of " : " is none of ";
    return text + std::string(nouns) + ", " + networks_text(list);
}

}  // namespace

const ReasonRow& reason_row(Why why) {
    return kReasons[static_cast<size_t>(why)];
}

std::string to_text(const RecordPlace& place) {
    std::string text;
    if (!place.known()) return text;
    append_visible(text, place.file);
    if (place.line > 0) text += ":" + std::to_string(place.line);
    if (place.line > 0 && place.column > 0) text += ":" + std::to_string(place.column);
    if (place.step > 0) text += " step " + std::to_string(place.step);
    return text;
}

std::string to_text(const ExplainedRecord& record) {
    return record.owner + " " + std::to_string(record.ttl) + " IN " + dns::type_text(record.type) +
           " " + record.rdata;
}

Explanation::Explanation(const Set& set, const ExplainCall& call, dns::UnixTime now)
    : set_(set), call_(call), reply_(dns::kMaxMessage) {
    make_request(now);
    Scratch scratch;
    Request request{request_, call.client, reply_};
    outcome_ = respond_traced(set, request, scratch, now, trace_);
}

// As dig asks: recursion desired, EDNS unless the call says otherwise.
void Explanation::make_request(dns::UnixTime now) {
    constexpr uint16_t kId = 1;
    constexpr uint32_t kDnssecOk = 0x8000;
    const bool edns = call_.udp_size > 0;
    constexpr size_t kRoom = 1024;  // 12 + 255 + 4 + 11 octets at most, and a signature
    request_.resize(kRoom);
    dns::MessageWriter writer(request_.data(), request_.size());
    bool fits = true;
    for (uint16_t field : {kId, dns::flag::rd, uint16_t{1}, uint16_t{0}, uint16_t{0},
                           static_cast<uint16_t>(edns ? 1 : 0)})
        fits = fits && writer.put16(field);
    fits = fits && writer.put_plain_name(call_.name) && writer.put16(call_.type) &&
           writer.put16(call_.rr_class);
    if (edns)
        fits = fits && writer.put_plain_name(dns::Name()) && writer.put16(dns::type::OPT) &&
               writer.put16(call_.udp_size) && writer.put32(call_.dnssec_ok ? kDnssecOk : 0) &&
               writer.put16(0);
    static_cast<void>(fits);
    size_t size = writer.size();
    if (call_.key && set_.keys != nullptr) {
        const size_t place = set_.keys->find(*call_.key);
        if (place < set_.keys->size())
            size = std::max(size, dns::sign_request((*set_.keys)[place], request_, size, now));
    }
    request_.resize(size);
}

std::string Explanation::word(std::string_view placeholder, const Step& step) const {
    if (placeholder == "name")
        // Of a zone that was chosen the step names the zone only.
        return dns::to_text(step.kind == StepKind::zone_chosen ? call_.name : step.name);
    if (placeholder == "type") return question_type_text(step.type);
    if (placeholder == "zone") return step.zone != nullptr ? dns::to_text(step.zone->name()) : "";
    if (placeholder == "view") return step.view != nullptr ? visible(step.view->name) : "";
    if (placeholder == "number") return std::to_string(step.number);
    return "";
}

std::string Explanation::sentence(const Step& step) const {
    std::string text;
    std::string_view rest = step_row(step.kind).sentence;
    if (proves_empty_name(step)) rest = kEmptyNameProof;
    for (;;) {
        size_t open = rest.find('{');
        text += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        size_t close = rest.find('}', open);
        text += word(rest.substr(open + 1, close - open - 1), step);
        rest.remove_prefix(close + 1);
    }
    std::string reason = detail(step);
    return reason.empty() ? text : text + ": " + reason;
}

// An empty non-terminal has no NSEC of its own: the one in front of it ends below it.
bool Explanation::proves_empty_name(const Step& step) const {
    if (step.kind != StepKind::proof_no_data || step.type != dns::type::NSEC) return false;
    const PlanItem* item = item_of(step.rrset);
    return item != nullptr && !(owner_of(*item) == step.name);
}

// What the step's row cannot know: the lists, texts and rcodes behind it.
std::string Explanation::detail(const Step& step) const {
    switch (step.kind) {
        case StepKind::view_chosen:
        case StepKind::view_passed_over:
            return view_detail(*step.view);
        case StepKind::query_denied: {
            if (step.zone == nullptr || step.view == nullptr) return "";
            const std::optional<NetworkList>& own = step.zone->options().allow_query;
            return membership_text(call_.client.address, "those who may",
                                   own ? *own : step.view->allow_query);
        }
        case StepKind::zone_not_loaded:
            return step.zone == nullptr ? "" : visible(step.zone->reason());
        case StepKind::chaos:
            return outcome_.rcode == dns::rcode::refused ? "it is set to tell nothing, REFUSED"
                                                         : "what is set is told";
        case StepKind::meta_type: {
            bool transfer = step.type == kIxfr || step.type == kAxfr;
            return (transfer ? "transfers are not served, " : "") + dns::rcode_text(outcome_.rcode);
        }
        default:
            return "";
    }
}

std::string_view Explanation::reference(const Step& step) const {
    std::string_view all = step_row(step.kind).reference;
    size_t bar = all.find('|');
    if (bar == std::string_view::npos) return all;
    return step.type == dns::type::NSEC3 ? all.substr(bar + 1) : all.substr(0, bar);
}

std::string Explanation::view_detail(const View& view) const {
    const Client& client = call_.client;
    const KeyNumber key = outcome_.key;
    const bool is_client = !view.clients || view.clients->contains(client.address);
    const bool is_destination = !view.destinations || view.destinations->contains(client.local);
    const bool is_signer =
        !view.keys || std::find(view.keys->begin(), view.keys->end(), key) != view.keys->end();
    if (!view.clients && !view.destinations && !view.keys)
        return set_.views.size() == 1 ? "it is the only view" : "it takes all clients";
    // Of a view that was passed over: why.
    const bool chosen = is_client && is_destination && is_signer;
    std::string text;
    auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", and ") + part; };
    if (view.clients && (!is_client || chosen))
        add(membership_text(client.address, "its clients", *view.clients));
    if (view.destinations && (!is_destination || chosen))
        add(membership_text(client.local, "its destinations", *view.destinations));
    if (view.keys && (!is_signer || chosen)) add(key_text(view, key, is_signer));
    return text;
}

// "the key inside. is one of its keys".
std::string Explanation::key_text(const View& view, KeyNumber key, bool is_signer) const {
    std::vector<std::string> names;
    for (KeyNumber number : *view.keys)
        if (set_.keys != nullptr && number > 0 && number <= set_.keys->size())
            names.push_back(dns::to_text((*set_.keys)[number - size_t{1}].name));
    std::string text = "no key signed the question";
    if (key > 0) text = "the key " + dns::to_text((*set_.keys)[key - size_t{1}].name);
    if (key > 0) text += is_signer ? " is one of its keys" : " is none of its keys";
    if (key == 0) text += ", and it has keys";
    return text + ", " + joined(names);
}

const PlanItem* Explanation::item_of(const zones::RrsetView& rrset) const {
    if (!rrset) return nullptr;
    for (const PlanItem& item : trace_.plan.items)
        if (item.rrset && item.rrset.wire().data() == rrset.wire().data()) return &item;
    return nullptr;
}

RecordPlace Explanation::place_of(const ServedZone* zone, dns::Place place) const {
    if (zone == nullptr || !place.known()) return {};
    std::shared_ptr<const dns::Sources> sources = zone->sources();
    if (sources == nullptr && call_.sources_of) sources = call_.sources_of(*zone);
    if (sources == nullptr) return {};
    RecordPlace found;
    const dns::Source* source = &sources->at(place.source());
    if (source->kind == dns::SourceKind::generate && source->from.known()) {
        found.step = place.line();
        place = source->from;
        source = &sources->at(place.source());
    }
    found.file = source->name;
    found.line = place.line();
    found.column = place.column();
    return found;
}

RecordPlace Explanation::place(const Step& step) const {
    if (!step.rrset) return {};
    // A chain's step names the zone that it leads to; its record may stand in another.
    const PlanItem* item = item_of(step.rrset);
    return place_of(item != nullptr ? item->zone : step.zone, step.rrset.place(0));
}

dns::Name Explanation::owner_of(const PlanItem& item) const {
    if (item.chain == PlanItem::kNodeOwner) return item.zone->zone().absolute(item.node.name());
    return dns::Name(trace_.plan.chain[item.chain].view().suffix(item.skipped));
}

void Explanation::append_records(std::vector<ExplainedRecord>& out, const PlanItem& item,
                                 const zones::RrsetView& rrset) const {
    std::string owner = dns::to_text(owner_of(item));
    size_t index = 0;
    for (zones::RecordView record : rrset)
        out.push_back({owner, std::min(record.ttl(), item.ttl_limit), record.type(),
                       dns::rdata_text(record.type(), record.rdata()),
                       place_of(item.zone, rrset.place(index++))});
}

std::vector<ExplainedRecord> Explanation::records(const PlanItem& item) const {
    std::vector<ExplainedRecord> records;
    if (!item.rrset) {
        records.push_back({dns::to_text(owner_of(item)),
                           item.ttl_limit,
                           dns::type::CNAME,
                           dns::to_text(trace_.plan.chain[item.chain + size_t{1}]),
                           {}});
        return records;
    }
    append_records(records, item, item.rrset);
    if (item.signatures) append_records(records, item, item.signatures);
    return records;
}

std::vector<ExplainedRecord> Explanation::proof_records(const Step& step) const {
    std::vector<ExplainedRecord> records;
    const PlanItem* item = item_of(step.rrset);
    if (step_row(step.kind).stage == Stage::proof && item != nullptr)
        append_records(records, *item, item->rrset);
    return records;
}

// The zones of a view in which none is at or above the name, if they are few.
std::string Explanation::zones_here() const {
    const View* view = nullptr;
    for (const Step& step : trace_.steps)
        if (step.kind == StepKind::no_zone) view = step.view;
    if (view == nullptr || view->zones.size() > kShownZones) return "";
    std::vector<std::string> names;
    view->zones.for_each(
        [&](const ZonePointer& zone) { names.push_back(dns::to_text(zone->name())); });
    std::sort(names.begin(), names.end());
    return joined(names);
}

std::vector<Remark> Explanation::remarks(Stage stage) const {
    std::vector<Remark> remarks;
    const ServedZone* zone = outcome_.zone;
    if (zone == nullptr) {
        if (std::string here = zones_here(); stage == Stage::zone && !here.empty())
            remarks.push_back({"zones here: " + here});
        return remarks;
    }
    if (!zone->loaded()) return remarks;
    if (stage == Stage::zone) {
        RecordPlace soa = place_of(zone, zone->soa() ? zone->soa().place(0) : dns::Place());
        remarks.push_back({"serial " + std::to_string(zone->serial()) +
                           (soa.known() ? ", SOA at " + to_text(soa) : "")});
        std::vector<std::string> names;
        const ZoneTable& zones = outcome_.view->zones;
        for (const ServedZone* above = zones.find_longest(zone->name(), true); above != nullptr;
             above = zones.find_longest(above->name(), true))
            names.push_back(dns::to_text(above->name()));
        if (!names.empty()) remarks.push_back({"zones above it are served too: " + joined(names)});
    }
    if (stage == Stage::proof && !trace_.plan.items.empty()) {
        std::string name = dns::to_text(zone->name());
        if (zone->denial() == Denial::none && call_.dnssec_ok)
            remarks.push_back({name + " has no NSEC or NSEC3 records: nothing is proven"});
        if (zone->denial() != Denial::none && !call_.dnssec_ok)
            remarks.push_back(
                {name + " is signed; signatures and proofs are for who sets DO (--do)",
                 "RFC 4035 3.1"});
    }
    return remarks;
}

}  // namespace server
