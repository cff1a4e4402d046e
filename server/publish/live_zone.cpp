#include "server/publish/live_zone.h"

#include <algorithm>

#include "dns/rdata_text.h"
#include "dns/siphash.h"
#include "server/publish/version_check.h"
#include "server/publish/zone_content.h"
#include "signer/apex_records.h"
#include "signer/chain.h"
#include "signer/moment.h"
#include "signer/public_key.h"
#include "zones/diff.h"

namespace server {

namespace {

using signer::ZoneKey;
using zones::RrsetChange;
namespace type = dns::type;

// Signatures that are renewed in one version: few enough that a version takes milliseconds.
constexpr size_t kRenewals = 200;
// From so many records on a reload signs what differs; below, the zone is made anew with the
// signatures that are still good, so that places are those of the file as it is.
constexpr size_t kBigZone = 10'000;
// What failed is tried again.
constexpr dns::UnixTime kRetry = 300;
constexpr dns::SipKey kContent{0x61706578'636f6e74, 0x656e7420'6f66207a};

bool same(const zones::OwnedRrset& a, const zones::OwnedRrset& b) {
    return a.count == b.count && a.wire == b.wire;
}

bool is_cds(uint16_t number) {
    return number == type::CDS || number == type::CDNSKEY;
}

// The serial, and what follows from it.
bool has_serial(uint16_t number) {
    return number == type::SOA || number == type::ZONEMD;
}

// What the apex says, apart from the serial and what follows from it.
uint64_t apex_content(const zones::NodeView& apex) {
    uint64_t sum = 0;
    for (size_t i = 0; i < apex.rrset_count(); ++i) {
        const zones::RrsetView rrset = apex.rrset(i);
        if (has_serial(rrset.type()) || has_serial(rrset.covered())) continue;
        sum += dns::siphash<1, 3>(kContent, rrset.wire().data(), rrset.wire().size());
    }
    return sum;
}

uint64_t names_content(const zones::Zone& zone) {
    uint64_t sum = 0;
    for (zones::Zone::Cursor at(zone); at; at.next())
        if (!(*at).is_apex()) sum += signer::name_content(*at);
    return sum;
}

// What changes of a zone add to that.
uint64_t content_added(const zones::Zone& before, const zones::Zone& next,
                       const zones::ChangeSet& changes) {
    uint64_t sum = 0;
    const dns::Name* last = nullptr;  // changes of one name stand together
    for (const RrsetChange& change : changes.changes) {
        if (last != nullptr && *last == change.owner) continue;
        last = &change.owner;
        dns::NameView relative;
        if (!next.relative(change.owner, relative) || relative.empty()) continue;
        if (zones::NodeView was = before.find(relative)) sum -= signer::name_content(was);
        if (zones::NodeView is = next.find(relative)) sum += signer::name_content(is);
    }
    return sum;
}

}  // namespace

void LiveZone::tell(LogLevel level, const char* event, const std::string& sentence) const {
    world_.log.event(level, event, sentence, {{"zone", dns::to_text(name_)}});
}

signer::SigningOptions LiveZone::options(unsigned threads) const {
    signer::SigningOptions options;
    options.policy = policy_->signing;
    options.now = world_.clock.now();
    options.threads = threads;
    options.progress = world_.progress;
    return options;
}

// ---- versions ----------------------------------------------------------------------------------

dns::Result<SharedZone> LiveZone::sign(const SharedZone& input, const zones::Zone* served,
                                       const ZoneChoices& choices, unsigned threads) {
    begin();
    auto made = make(input, served, choices, threads);
    if (!made.ok()) take_back();
    return made;
}

void LiveZone::begin() {
    before_ = Before{policy_,
                     keys_,
                     due_,
                     names_content_,
                     unstored_.changes.size(),
                     store_all_,
                     folder_.was_signed(),
                     record_.has_value()};
    leaves_ = false;
}

void LiveZone::take_back() {
    if (!before_) return;
    policy_ = std::move(before_->policy);
    keys_ = std::move(before_->keys);
    gone_keys_.clear();
    due_ = before_->due;
    names_content_ = before_->names_content;
    unstored_.changes.resize(before_->unstored);
    store_all_ = before_->store_all;
    if (!before_->had_record) record_.reset();
    const bool is_marked = !leaves_ && !before_->was_signed && folder_.was_signed();
    before_.reset();
    leaves_ = false;
    if (!is_marked) return;
    if (auto marked = folder_.mark_unsigned(); !marked.ok())
        tell(LogLevel::error, "state-not-written", marked.fault().sentence);
}

void LiveZone::settle(const zones::Zone& served) {
    if (leaves_) return leave();
    if (policy_ == nullptr) return;
    if (before_ && !before_->was_signed)
        tell_first(served);
    else if (before_ && !before_->keys.empty())
        tell_new_keys(before_->keys);
    before_.reset();
    store(served);
}

// Its unsigned version is served.
void LiveZone::leave() {
    leaves_ = false;
    before_.reset();
    policy_ = nullptr;
    due_.reset();
    if (!folder_.was_signed()) return;
    tell(LogLevel::warning, "unsigned",
         "the zone is signed no longer; its keys stay in '" + folder_.path() + "'");
    if (auto marked = folder_.mark_unsigned(); !marked.ok())
        tell(LogLevel::error, "state-not-written",
             marked.fault().sentence + "; the next start takes the zone for one that is signed");
}

dns::Result<SharedZone> LiveZone::make(const SharedZone& input, const zones::Zone* served,
                                       const ZoneChoices& choices, unsigned threads) {
    const bool is_off = choices.dnssec == Dnssec::off;
    const bool is_plain = choices.dnssec == Dnssec::unsign || choices.dnssec == Dnssec::insecure;
    if (is_plain || (is_off && !folder_.was_signed())) return unsigned_version(input);
    if (is_off) {
        if (served != nullptr)
            return dns::Fault{
                "the zone is signed, and `dnssec` is gone: an unsigned answer would be "
                "bogus for all who know its DS. Write dnssec = \"unsign\" once the DS "
                "is gone from the parent and from caches"};
        tell(LogLevel::error, "still-signed",
             "the zone was signed, and `dnssec` is gone: it is signed as before. Write dnssec = "
             "\"unsign\" once the DS is gone from the parent and from caches");
    }
    // What is served may be unsigned yet, or have been signed by others, or for another view.
    const uint32_t last = served != nullptr ? served->serial() : input->serial();
    if (served != nullptr && !is_signed_by_us(*served)) served = nullptr;
    if (auto opened = open(*input, choices, served); !opened.ok()) return opened.fault();
    if (!record_ && is_ahead(last, input->serial()))
        record_ = SigningRecord{last, 0, world_.clock.now(), 0};
    const bool big = served != nullptr && served->record_count() >= kBigZone;
    auto made = big ? sign_difference(*input, *served) : sign_whole(input, served, threads);
    if (!made.ok()) return made.fault();
    if (auto marked = folder_.mark_signed(); !marked.ok()) return marked.fault();
    return made;
}

bool LiveZone::is_signed_by_us(const zones::Zone& zone) const {
    zones::RrsetView rrsig = zone.apex().find(type::RRSIG, type::SOA);
    if (!is_signing() || !rrsig) return false;
    signer::RrsigView first;
    return signer::read_rrsig(rrsig.first().rdata(), first) &&
           std::any_of(keys_.begin(), keys_.end(),
                       [&](const ZoneKey& key) { return key.tag == first.key_tag(); });
}

dns::Result<SharedZone> LiveZone::unsigned_version(const SharedZone& input) {
    if (!opened_) {
        auto record = folder_.read();
        if (!record.ok()) return record.fault();
        record_ = record.value();
        opened_ = true;
    }
    leaves_ = true;
    // The serial still must not go back.
    if (!record_ || is_ahead(input->serial(), record_->serial)) return input;
    const uint64_t content = names_content(*input) + apex_content(input->apex());
    const uint32_t serial = content == record_->content ? record_->serial : record_->serial + 1;
    zones::ChangeSet changes;
    changes.changes.push_back(soa_change(*input, serial));
    auto next = input->apply(changes);
    if (!next.ok()) return next.fault();
    if (auto kept = keep_serial(**next, content); !kept.ok()) return kept.fault();
    return next;
}

dns::Result<SharedZone> LiveZone::sign_whole(const SharedZone& input, const zones::Zone* served,
                                             unsigned threads) {
    signer::SigningOptions options = this->options(threads);
    std::optional<signer::ZoneSignatures> of_served;
    if (served != nullptr)
        options.reuse = &of_served.emplace(*served, keys_);
    else
        options.reuse = &store_;
    signer::SigningFacts facts;
    options.facts = &facts;
    const int64_t began = world_.clock.steady_ns();
    // That it is the first counts from what is served, not from what was tried.
    const bool is_first = !before_->was_signed;
    if (record_ && is_first) record_->since = options.now;
    if (input->record_count() >= kBigZone)
        tell(LogLevel::info, "zone-being-signed", "it is answered when that is done");
    // As if nothing had changed since it was served last: then all signatures are there.
    const bool goes_on = record_ && !is_ahead(input->serial(), record_->serial);
    zones::ChangeSet apex;
    add_apex(*input, apex, goes_on ? record_->serial : input->serial());
    auto whole = apex.empty() ? dns::Result<SharedZone>(input) : input->apply(apex);
    if (!whole.ok()) return whole;
    auto made = signer::sign_zone(**whole, keys_, options);
    const size_t had_stretches = store_.stretches().size();
    store_.forget();
    if (store_.met_damage())
        tell(LogLevel::warning, "signatures-lost",
             "'" + folder_.signatures() + "' is damaged; what stood there was signed anew");
    if (!made.ok()) return made.fault();
    if (auto checked = check_names(**made, keys_, facts.sample); !checked.ok())
        return checked.fault();
    names_content_ = facts.content;
    if (!record_) record_ = SigningRecord{(*made)->serial(), 0, options.now, facts.longest_ttl};
    if (is_first) record_->longest_ttl = facts.longest_ttl;
    const uint64_t content = this->content(**made);
    const bool other = goes_on && record_->content != content;
    auto next = other ? next_version(**made, {}, record_->serial + 1) : made;
    if (!next.ok()) return next;
    if (!other)
        if (auto kept = keep_serial(**next, content); !kept.ok()) return kept.fault();
    // A start that found nearly all signatures on the disk has nothing to write.
    store_all_ = served != nullptr || had_stretches == 0 || facts.made > facts.kFew ||
                 facts.stretches < had_stretches / 2 || store_.met_damage() ||
                 store_.wants_rewriting();
    if (!store_all_) keep_for_store(**next, facts.owners);
    plan(facts.next_due);
    if (input->record_count() >= kBigZone) tell_signed(**next, facts, began);
    return next;
}

// The signatures of these names are not on the disk, or some of them.
void LiveZone::keep_for_store(const zones::Zone& zone, const std::vector<dns::Name>& owners) {
    for (size_t i = 0; i < owners.size(); ++i) {
        dns::NameView relative;
        if ((i > 0 && owners[i] == owners[i - 1]) || !zone.relative(owners[i], relative)) continue;
        const zones::NodeView node = zone.find(relative);
        for (size_t k = 0; node && k < node.rrset_count(); ++k)
            if (node.entries()[k].type == type::RRSIG)
                unstored_.changes.push_back({owners[i], {}, zones::own(node.rrset(k))});
    }
}

void LiveZone::tell_signed(const zones::Zone& zone, const signer::SigningFacts& facts,
                           int64_t began_ns) const {
    const std::string name = dns::to_text(name_);
    world_.log.event(LogLevel::info, "zone-signed", "",
                     {{"zone", name},
                      {"serial", zone.serial()},
                      {"signatures", facts.signatures},
                      {"new", facts.made},
                      {"milliseconds", (world_.clock.steady_ns() - began_ns) / 1'000'000}});
}

// What differs between what is served and a new input, as an unsigned zone would see it.
zones::ChangeSet LiveZone::difference(const zones::Zone& input, const zones::Zone& served) const {
    zones::ChangeSet set;
    const bool owns_cds = policy_->cds == CdsChoice::automatic;
    zones::for_each_change(
        served, input,
        [&](dns::NameView owner, const zones::RrsetView& before, const zones::RrsetView& after) {
            const uint16_t number = before ? before.type() : after.type();
            const bool apex = owner.empty();
            if (signer::is_made_by_signing(number)) return;
            if (apex && (number == type::NSEC3PARAM || number == type::ZONEMD)) return;
            if (apex && owns_cds && is_cds(number)) return;
            RrsetChange change{served.absolute(owner), zones::own(before), zones::own(after)};
            if (apex && number == type::SOA) {
                // The serial is the zone's own.
                set_serial(change.after, served.serial());
                if (same(change.after, change.before)) return;
            }
            if (apex && number == type::DNSKEY) {
                zones::OwnedRrset keys = signer::key_set(change.after, keys_, policy_->signing);
                if (same(keys, change.before)) return;
            }
            set.changes.push_back(std::move(change));
        });
    return set;
}

dns::Result<SharedZone> LiveZone::sign_difference(const zones::Zone& input,
                                                  const zones::Zone& served) {
    zones::ChangeSet changes = difference(input, served);
    uint32_t serial = served.serial();
    if (is_ahead(input.serial(), serial))
        serial = input.serial();
    else if (!changes.empty())
        ++serial;
    const int64_t began = world_.clock.steady_ns();
    const size_t changed = changes.changes.size();
    // New signatures are due later than those that are there.
    auto next = next_version(served, std::move(changes), serial);
    if (next.ok())
        world_.log.event(LogLevel::info, "zone-signed-again", "",
                         {{"zone", dns::to_text(name_)},
                          {"serial", (*next)->serial()},
                          {"changes", changed},
                          {"microseconds", (world_.clock.steady_ns() - began) / 1000}});
    return next;
}

// SOA, CDS and CDNSKEY as they shall be. The SOA may stand in `changes` already.
void LiveZone::add_apex(const zones::Zone& before, zones::ChangeSet& changes,
                        uint32_t serial) const {
    const dns::Name apex(before.origin());
    auto is_soa = [&](const RrsetChange& change) { return change.after.type == type::SOA; };
    auto soa = std::find_if(changes.changes.begin(), changes.changes.end(), is_soa);
    if (soa != changes.changes.end())
        set_serial(soa->after, serial);
    else if (before.serial() != serial)
        changes.changes.push_back(soa_change(before, serial));
    if (policy_->cds == CdsChoice::never) return;
    std::vector<std::vector<uint8_t>> digests, keys;
    const dns::UnixTime now = world_.clock.now();
    if (shows_cds(now))
        for (const ZoneKey& key : keys_) {
            if (!wants_ds(key, now)) continue;
            digests.push_back(signer::make_ds(apex, key.dnskey, 2));
            keys.push_back(key.dnskey);
        }
    for (const auto& [number, rdatas] : {std::pair(type::CDS, &digests), {type::CDNSKEY, &keys}}) {
        std::vector<zones::LooseRecord> records;
        for (const std::vector<uint8_t>& rdata : *rdatas)
            records.push_back({number, policy_->signing.dnskey_ttl, rdata, {}});
        RrsetChange change{apex, zones::own(before.apex().find(number)), {}};
        zones::make_rrset(records, change.after);
        if (!same(change.before, change.after)) changes.changes.push_back(std::move(change));
    }
}

dns::Result<SharedZone> LiveZone::next_version(const zones::Zone& before, zones::ChangeSet changes,
                                               uint32_t serial) {
    add_apex(before, changes, serial);
    std::vector<ZoneKey> keys = keys_;
    keys.insert(keys.end(), gone_keys_.begin(), gone_keys_.end());
    auto signed_changes = signer::sign_changes(before, changes, keys, options());
    if (!signed_changes.ok()) return signed_changes.fault();
    return make_version(before, std::move(signed_changes).value());
}

dns::Result<SharedZone> LiveZone::sign_over(const zones::Zone& served,
                                            zones::ChangeSet changes) const {
    auto signed_changes = signer::sign_changes(served, changes, keys_, options());
    if (!signed_changes.ok()) return signed_changes.fault();
    auto next = served.apply(signed_changes.value());
    if (!next.ok()) return next;
    if (auto checked = check_changes(**next, keys_, signed_changes.value()); !checked.ok())
        return checked.fault();
    return next;
}

dns::Result<SharedZone> LiveZone::make_version(const zones::Zone& before,
                                               zones::ChangeSet changes) {
    auto next = before.apply(changes);
    if (!next.ok()) return next;
    if (auto checked = check_changes(**next, keys_, changes); !checked.ok()) return checked.fault();
    names_content_ += content_added(before, **next, changes);
    if (auto kept = keep_serial(**next, content(**next)); !kept.ok()) return kept.fault();
    for (RrsetChange& change : changes.changes)
        if (change.after.type == type::RRSIG) unstored_.changes.push_back(std::move(change));
    return (*next)->wants_fold() ? (*next)->fold() : *next;
}

// A digest of what the zone says, apart from its serial.
uint64_t LiveZone::content(const zones::Zone& zone) const {
    return names_content_ + apex_content(zone.apex());
}

dns::Result<void> LiveZone::keep_serial(const zones::Zone& next, uint64_t content) {
    if (record_ && record_->serial == next.serial() && record_->content == content &&
        folder_.was_signed())
        return {};
    SigningRecord record = *record_;
    record.serial = next.serial();
    record.content = content;
    auto written = folder_.write(record);
    if (written.ok()) record_ = record;
    return written;
}

// ---- time --------------------------------------------------------------------------------------

// By hand, if its file says when (SyncPublish, SyncDelete); else while it signs the DNSKEY set.
bool LiveZone::wants_ds(const ZoneKey& key, dns::UnixTime now) const {
    if (!key.published || signer::DnskeyView(key.dnskey).flags() & signer::key_flag::revoked)
        return false;
    for (const signer::StoredKey& stored : stored_keys_) {
        if (stored.dnskey != key.dnskey) continue;
        auto from = stored.times[signer::KeyTime::sync_publish];
        auto until = stored.times[signer::KeyTime::sync_delete];
        if (until && *until <= now) return false;
        if (from) return *from <= now;
    }
    return key.signs_keys;
}

bool LiveZone::shows_cds(dns::UnixTime now) const {
    return policy_->cds == CdsChoice::automatic && record_ && now >= record_->safe_from();
}

void LiveZone::plan(dns::UnixTime next_due) {
    const dns::UnixTime now = world_.clock.now();
    due_ = std::max(now, next_due);
    if (next_key_step_) due_ = std::min(*due_, *next_key_step_);
    if (policy_->cds == CdsChoice::automatic && now < record_->safe_from())
        due_ = std::min(*due_, record_->safe_from());
}

void LiveZone::plan(const zones::Zone& zone) {
    const dns::UnixTime now = world_.clock.now();
    auto renewals = signer::renewals(zone, keys_, options(), 0);
    if (!renewals.ok()) return plan(now + kRetry);
    plan(renewals->left > 0 ? now : renewals->next_due);
}

dns::Result<SharedZone> LiveZone::renew(const zones::Zone& served) {
    begin();
    auto made = make_renewed(served);
    if (made.ok() && made.value() != nullptr) return made;
    // Nothing that is new is served.
    const std::optional<dns::UnixTime> next = due_;
    take_back();
    due_ = next;
    if (!made.ok()) postpone();
    return made;
}

void LiveZone::postpone() {
    if (due_) due_ = world_.clock.now() + kRetry;
}

dns::Result<SharedZone> LiveZone::make_renewed(const zones::Zone& served) {
    const dns::UnixTime now = world_.clock.now();
    const std::vector<ZoneKey> before = keys_;
    if (auto loaded = load_keys(nullptr); !loaded.ok()) return loaded.fault();
    signer::SigningOptions options = this->options();
    zones::ChangeSet apex;
    add_apex(served, apex, served.serial());
    auto same_key = [](const ZoneKey& a, const ZoneKey& b) {
        return a.dnskey == b.dnskey && a.signs_keys == b.signs_keys &&
               a.signs_data == b.signs_data && a.published == b.published;
    };
    bool new_keys = !std::equal(before.begin(), before.end(), keys_.begin(), keys_.end(), same_key);
    if (new_keys || !apex.empty()) {
        if (new_keys) tell(LogLevel::info, "keys-changed", "its keys take their next step");
        if (auto checked = check_key_pairs(); !checked.ok()) return checked.fault();
        auto next = next_version(served, std::move(apex), served.serial() + 1);
        if (next.ok()) plan(**next);
        return next;
    }
    options.policy.serial = signer::SerialPolicy::increment;
    auto renewals = signer::renewals(served, keys_, options, kRenewals);
    if (!renewals.ok()) return renewals.fault();
    plan(renewals->left > 0 ? now : renewals->next_due);
    if (renewals->changes.empty()) return SharedZone();
    return make_version(served, std::move(renewals.value().changes));
}

void LiveZone::store(const zones::Zone& served) {
    if (!store_all_ && unstored_.empty()) return;
    bool all = store_all_ || store_.wants_rewriting();
    auto stored = all ? store_.rewrite(served, keys_) : store_.append(served, unstored_, keys_);
    store_all_ = false;
    unstored_.changes.clear();
    if (!stored.ok())
        tell(LogLevel::warning, "signatures-not-stored",
             stored.fault().sentence + "; the next start makes them anew");
}

// ---- tell --------------------------------------------------------------------------------------

void LiveZone::tell_ds(const ZoneKey& key, dns::UnixTime from) const {
    const std::vector<uint8_t> ds = signer::make_ds(name_, key.dnskey, 2);
    tell(LogLevel::info, "ds-to-publish",
         dns::to_text(name_) + " DS " + dns::rdata_text(type::DS, ds) + " ; not before " +
             signer::moment_text(from));
}

// Keys that sign the DNSKEY set from now on: when caches know them, their DS can be published.
void LiveZone::tell_new_keys(const std::vector<ZoneKey>& before) const {
    const dns::UnixTime from =
        std::max(record_->safe_from(), world_.clock.now() + policy_->signing.dnskey_ttl);
    for (const ZoneKey& key : keys_) {
        auto signed_before = [&](const ZoneKey& old) {
            return old.signs_keys && old.dnskey == key.dnskey;
        };
        if (key.signs_keys && std::none_of(before.begin(), before.end(), signed_before))
            tell_ds(key, from);
    }
}

void LiveZone::tell_first(const zones::Zone& zone) const {
    for (const ZoneKey& key : keys_)
        if (key.signs_keys) tell_ds(key, record_->safe_from());
    // What is left of a signature when it is renewed has to outlast secondaries and caches.
    const signer::SigningPolicy& policy = policy_->signing;
    dns::Octets soa = zone.apex().find(type::SOA).first().rdata();
    const uint8_t* expire = soa.data() + soa.size() - 8;
    uint64_t needed = uint64_t{uint32_t{expire[0]} << 24 | uint32_t{expire[1]} << 16 |
                               uint32_t{expire[2]} << 8 | expire[3]} +
                      record_->longest_ttl;
    if (policy.renew_before < needed)
        tell(LogLevel::warning, "renewed-late",
             "signatures are renewed when " + std::to_string(policy.renew_before) +
                 " seconds are left; the SOA expire time and the greatest TTL make " +
                 std::to_string(needed) + ". A longer `validity-days` and `renew-days` are safer");
}

}  // namespace server
