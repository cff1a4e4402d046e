// The keys of a zone that is signed live: found, made once, and never replaced by new ones.
#include <algorithm>

#include "server/publish/live_zone.h"
#include "server/publish/system.h"
#include "signer/algorithm.h"
#include "signer/key_files.h"
#include "signer/public_key.h"

namespace server {

using signer::ZoneKey;
namespace type = dns::type;

// The folder, what it knows, and the keys.
dns::Result<void> LiveZone::open(const zones::Zone& input, const ZoneChoices& choices,
                                 const zones::Zone* served) {
    keep_memory_private();
    if (auto made = folder_.make(); !made.ok()) return made;
    if (!opened_) {
        auto record = folder_.read();
        if (!record.ok()) return record.fault();
        record_ = record.value();
        opened_ = true;
    }
    policy_ = choices.policy != nullptr ? choices.policy : policy_;
    if (policy_ == nullptr) policy_ = std::make_shared<const DnssecPolicy>();
    if (auto loaded = load_keys(&input); !loaded.ok()) return loaded;
    if (served == nullptr) {
        if (auto checked = check_key_pairs(); !checked.ok()) return checked;
        if (auto read = store_.read(); !read.ok())
            tell(LogLevel::warning, "signatures-lost", read.fault().sentence);
    }
    return fits(input);
}

// With `input`, a first key is made where there never was one.
dns::Result<void> LiveZone::load_keys(const zones::Zone* input) {
    auto names = signer::KeyNames::of_folder(world_.files, folder_.path());
    if (!names.ok())
        return dns::Fault{"cannot read the folder '" + folder_.path() +
                          "' of the keys: " + names.fault().sentence};
    signer::LoadedKeys loaded = signer::load_keys(world_.files, names.value(), name_);
    if (!loaded.faults.empty()) return dns::Fault{loaded.faults.front()};
    if (loaded.keys.empty()) {
        if (folder_.was_signed() || folder_.default_was_signed())
            return dns::Fault{
                "the zone was signed before, and its keys are gone: there are none in '" +
                folder_.path() +
                "'. Put them back; new keys would make the zone invalid for all who "
                "know its DS"};
        if (input == nullptr) return dns::Fault{"there are no keys in '" + folder_.path() + "'"};
        if (auto made = make_first_key(*input); !made.ok()) return made;
        return load_keys(nullptr);
    }
    for (const std::string& warning : loaded.warnings)
        tell(LogLevel::warning, "key-warning", warning);
    stored_keys_ = std::move(loaded.keys);
    signer::KeysAt at = signer::active_at(stored_keys_, world_.clock.now());
    if (!at.signs())
        return dns::Fault{"no key in '" + folder_.path() +
                          "' is active; `apex keys` shows their times"};
    if (at.any_kept())
        tell(LogLevel::error, "key-kept",
             "the times of its keys would leave no active key: the last one goes on. Make a new "
             "one with `apex keygen`");
    take_keys(at.zone_keys());
    next_key_step_ = at.next_step;
    for (const signer::StoredKey& key : stored_keys_)
        for (signer::KeyTime time : {signer::KeyTime::sync_publish, signer::KeyTime::sync_delete})
            if (auto step = key.times[time]; step && *step > world_.clock.now())
                next_key_step_ = std::min(next_key_step_.value_or(*step), *step);
    return {};
}

// A key that is published no longer is still known as one of ours, once, to be taken out.
void LiveZone::take_keys(std::vector<ZoneKey> keys) {
    gone_keys_.clear();
    for (ZoneKey& before : keys_) {
        auto is_same = [&](const ZoneKey& key) { return key.dnskey == before.dnskey; };
        if (std::any_of(keys.begin(), keys.end(), is_same)) continue;
        before.published = before.signs_keys = before.signs_data = false;
        gone_keys_.push_back(std::move(before));
    }
    keys_ = std::move(keys);
}

dns::Result<void> LiveZone::make_first_key(const zones::Zone& input) {
    for (uint16_t number : {type::DNSKEY, type::RRSIG, type::CDS}) {
        bool there = input.apex().owns(number);
        if (number == type::RRSIG)
            for (size_t i = 0; i < input.apex().rrset_count(); ++i)
                there = there || input.apex().rrset(i).type() == number;
        if (there)
            return dns::Fault{"its file holds " + dns::type_text(number) +
                              " records, so it was signed elsewhere: put those keys into '" +
                              folder_.path() + "', or take the records out of the file"};
    }
    auto names = signer::KeyNames::of_folder(world_.files, folder_.path());
    if (!names.ok()) return names.fault();
    signer::KeyRequest request;
    request.owner = name_;
    request.algorithm = signer::find_algorithm(policy_->algorithm)->number;
    request.flags = signer::key_flag::zone | signer::key_flag::entry_point;
    request.ttl = policy_->signing.dnskey_ttl;
    const dns::UnixTime now = world_.clock.now();
    for (signer::KeyTime time :
         {signer::KeyTime::created, signer::KeyTime::publish, signer::KeyTime::activate})
        request.times[time] = now;
    auto made = signer::make_key(world_.files, names.value(), request);
    if (!made.ok()) return made.fault();
    tell(LogLevel::info, "key-made", "its first key is " + folder_.path() + "/" + made->base);
    return {};
}

// Each private key makes signatures that its public half, as it is to be published, takes.
dns::Result<void> LiveZone::check_key_pairs() const {
    const std::vector<uint8_t> text = {'a', 'p', 'e', 'x'};
    for (const ZoneKey& key : keys_) {
        if (key.secret == nullptr) continue;
        signer::DnskeyView dnskey(key.dnskey);
        auto half = signer::read_public_key(dnskey.algorithm(), dnskey.public_key());
        std::vector<uint8_t> signature(key.secret->signature_size());
        bool good = half.ok() && key.secret->sign(text, signature).ok() &&
                    half.value()->verify(text, signature);
        if (!good)
            return dns::Fault{"the private key of key " + std::to_string(key.tag) + " in '" +
                              folder_.path() + "' does not belong to its DNSKEY"};
    }
    return {};
}

// RFC 8901: others' keys stay, but one of ours has to be among them.
dns::Result<void> LiveZone::fits(const zones::Zone& input) const {
    zones::RrsetView present = input.apex().find(type::DNSKEY);
    if (!present) return {};
    for (zones::RecordView record : present)
        for (const ZoneKey& key : keys_)
            if (key.secret != nullptr && record.rdata().size() == key.dnskey.size() &&
                std::equal(key.dnskey.begin(), key.dnskey.end(), record.rdata().begin()))
                return {};
    return dns::Fault{"no private key in '" + folder_.path() +
                      "' belongs to a DNSKEY record of its file: put one there, or take the "
                      "records out of the file"};
}

}  // namespace server
