#include "signer/key_set.h"

#include <algorithm>
#include <set>

namespace signer {

namespace {

enum class Duty : uint8_t { keys, data };

// The keys of one algorithm that have a private half.
class AlgorithmKeys {
  public:
    AlgorithmKeys(std::vector<KeyAt>& all, uint8_t algorithm, dns::UnixTime now)
        : algorithm_(algorithm), now_(now) {
        for (KeyAt& at : all) {
            if (at.key->algorithm() != algorithm || at.key->secret == nullptr) continue;
            if (!at.key->was_revoked()) keys_.push_back(&at);
        }
        for (KeyAt* at : keys_) at->role = role_of(*at);
    }

    uint8_t algorithm() const { return algorithm_; }
    // An active key for each duty.
    bool complete() const { return active_for(Duty::keys) && active_for(Duty::data); }
    // In the DNSKEY set, and has signed: whoever cached that set expects signatures.
    bool visible() const {
        return std::any_of(keys_.begin(), keys_.end(), [&](const KeyAt* at) {
            return has_signed(*at) &&
                   (at->state == KeyState::active || at->state == KeyState::retired);
        });
    }
    bool has_ever_signed() const {
        return std::any_of(keys_.begin(), keys_.end(),
                           [&](const KeyAt* at) { return has_signed(*at); });
    }
    // When the last of its keys ended.
    dns::UnixTime end() const {
        dns::UnixTime latest = KeyTimes::kAlways;
        for (const KeyAt* at : keys_)
            if (has_signed(*at)) latest = std::max(latest, end_of(*at));
        return latest;
    }

    void assign() {
        for (KeyAt* at : keys_) {
            if (at->state != KeyState::active) continue;
            at->zone_key.signs_keys = has_duty(*at, Duty::keys);
            at->zone_key.signs_data = has_duty(*at, Duty::data);
        }
    }
    // Lets the last key of each duty that nobody active has go on.
    void keep_last() {
        for (Duty duty : {Duty::keys, Duty::data}) {
            if (active_for(duty)) continue;
            KeyAt* last = nullptr;
            for (KeyAt* at : keys_)
                if (has_signed(*at) && has_duty(*at, duty) &&
                    (last == nullptr || later(*at, *last)))
                    last = at;
            if (last == nullptr) continue;
            last->kept = true;
            ZoneKey& key = last->zone_key;
            key.published = true;
            key.dnskey = last->key->dnskey;
            (duty == Duty::keys ? key.signs_keys : key.signs_data) = true;
        }
    }
    // A DNSKEY set must not name an algorithm before there are signatures of it.
    void hold_back() {
        for (KeyAt* at : keys_) {
            if (at->state != KeyState::published) continue;
            at->held_back = true;
            at->zone_key.published = false;
        }
    }
    bool signs() const {
        return std::any_of(keys_.begin(), keys_.end(),
                           [](const KeyAt* at) { return at->zone_key.signs_data; });
    }

  private:
    static bool has_signed_by(const KeyAt& at, dns::UnixTime time) {
        auto from = at.key->times.active_from();
        auto until = at.key->times.active_until();
        return from && *from <= time && (!until || *from < *until);
    }
    bool has_signed(const KeyAt& at) const { return has_signed_by(at, now_); }
    dns::UnixTime end_of(const KeyAt& at) const {
        auto until = at.key->times.active_until();
        return until && *until <= now_ ? *until : now_;
    }
    bool later(const KeyAt& a, const KeyAt& b) const {
        auto order = [&](const KeyAt& at) {
            return std::pair(end_of(at), *at.key->times.active_from());
        };
        return order(a) > order(b);
    }
    // A key with the SEP flag counts also when it is removed: the DS at the parent may still name
    // it, and no ZSK can take its place. A KSK can take the place of a removed ZSK.
    bool any_signed(bool entry_point, dns::UnixTime time) const {
        return std::any_of(keys_.begin(), keys_.end(), [&](const KeyAt* at) {
            if (at->key->has_entry_point() != entry_point || !has_signed_by(*at, time))
                return false;
            return entry_point || at->key->state_at(time) != KeyState::removed;
        });
    }
    // The role of a key that is still to sign is the one that it will begin with.
    KeyRole role_of(const KeyAt& at) const {
        bool entry_point = at.key->has_entry_point();
        dns::UnixTime time = std::max(now_, at.key->times.active_from().value_or(now_));
        if (!any_signed(!entry_point, time)) return KeyRole::csk;
        return entry_point ? KeyRole::ksk : KeyRole::zsk;
    }
    static bool has_duty(const KeyAt& at, Duty duty) {
        return at.role != (duty == Duty::keys ? KeyRole::zsk : KeyRole::ksk);
    }
    bool active_for(Duty duty) const {
        return std::any_of(keys_.begin(), keys_.end(), [&](const KeyAt* at) {
            return at->state == KeyState::active && has_duty(*at, duty);
        });
    }

    uint8_t algorithm_;
    dns::UnixTime now_;
    std::vector<KeyAt*> keys_;
};

KeyAt plain(const StoredKey& key, dns::UnixTime now) {
    KeyAt at;
    at.key = &key;
    at.state = key.state_at(now);
    at.zone_key.secret = key.secret;
    at.zone_key.published = row_of(at.state).published;
    bool revoked = at.state == KeyState::revoked;
    at.zone_key.dnskey = revoked ? key.revoked_dnskey() : key.dnskey;
    // RFC 5011 2.1: a revocation counts when the revoked key signs it.
    at.zone_key.signs_keys = revoked && key.secret != nullptr;
    return at;
}

// Which algorithms have to go on, though no key of theirs is active for some duty.
void assign_all(std::vector<AlgorithmKeys>& algorithms) {
    bool any_complete = false;
    AlgorithmKeys* latest = nullptr;
    for (AlgorithmKeys& keys : algorithms) {
        keys.assign();
        any_complete = any_complete || keys.complete();
        if (keys.has_ever_signed() && (latest == nullptr || keys.end() > latest->end()))
            latest = &keys;
    }
    for (AlgorithmKeys& keys : algorithms)
        if (keys.visible() || (!any_complete && &keys == latest)) keys.keep_last();
    bool any_signs = std::any_of(algorithms.begin(), algorithms.end(),
                                 [](const AlgorithmKeys& keys) { return keys.signs(); });
    for (AlgorithmKeys& keys : algorithms)
        if (any_signs && !keys.signs()) keys.hold_back();
}

}  // namespace

const char* role_text(KeyRole role) {
    constexpr const char* kWords[] = {"KSK", "ZSK", "CSK"};
    return kWords[static_cast<size_t>(role)];
}

std::vector<ZoneKey> KeysAt::zone_keys() const {
    std::vector<ZoneKey> published;
    for (const KeyAt& at : keys)
        if (at.zone_key.published) published.push_back(at.zone_key);
    return published;
}

bool KeysAt::any_kept() const {
    return std::any_of(keys.begin(), keys.end(), [](const KeyAt& at) { return at.kept; });
}

bool KeysAt::signs() const {
    bool signs_keys = false, signs_data = false;
    for (const KeyAt& at : keys) {
        signs_keys =
            signs_keys || (at.zone_key.signs_keys && (at.state != KeyState::revoked || at.kept));
        signs_data = signs_data || at.zone_key.signs_data;
    }
    return signs_keys && signs_data;
}

KeysAt active_at(std::span<const StoredKey> keys, dns::UnixTime now) {
    KeysAt result;
    std::set<uint8_t> numbers;
    for (const StoredKey& key : keys) {
        result.keys.push_back(plain(key, now));
        numbers.insert(key.algorithm());
        auto step = key.times.next_step(now);
        if (step && (!result.next_step || *step < *result.next_step)) result.next_step = step;
    }
    std::vector<AlgorithmKeys> algorithms;
    for (uint8_t number : numbers) algorithms.emplace_back(result.keys, number, now);
    assign_all(algorithms);
    for (KeyAt& at : result.keys) at.zone_key.tag = key_tag(at.zone_key.dnskey);
    return result;
}

}  // namespace signer
