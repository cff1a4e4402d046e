#include "signer/key_times.h"

#include <algorithm>

namespace signer {

namespace {

constexpr KeyTimeRow kRows[] = {
    {KeyTime::created, "Created"},        {KeyTime::publish, "Publish"},
    {KeyTime::activate, "Activate"},      {KeyTime::revoke, "Revoke"},
    {KeyTime::inactive, "Inactive"},      {KeyTime::remove, "Delete"},
    {KeyTime::ds_publish, "DSPublish"},   {KeyTime::sync_publish, "SyncPublish"},
    {KeyTime::sync_delete, "SyncDelete"},
};

constexpr KeyStateRow kStates[] = {
    {KeyState::hidden, "hidden", false, false},  {KeyState::published, "published", true, false},
    {KeyState::active, "active", true, true},    {KeyState::retired, "retired", true, false},
    {KeyState::revoked, "revoked", true, false}, {KeyState::removed, "removed", false, false},
};

using Moment = std::optional<dns::UnixTime>;

Moment earlier(Moment a, Moment b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

bool reached(Moment moment, dns::UnixTime now) {
    return moment && *moment <= now;
}

}  // namespace

std::span<const KeyTimeRow> key_time_rows() {
    return kRows;
}

const KeyTimeRow* find_key_time(std::string_view label) {
    for (const KeyTimeRow& row : kRows)
        if (label == row.label) return &row;
    return nullptr;
}

const KeyStateRow& row_of(KeyState state) {
    return kStates[static_cast<size_t>(state)];
}

Moment KeyTimes::published_from() const {
    return none() ? kAlways : earlier((*this)[KeyTime::publish], (*this)[KeyTime::activate]);
}

Moment KeyTimes::active_from() const {
    return none() ? kAlways : (*this)[KeyTime::activate];
}

Moment KeyTimes::active_until() const {
    return earlier(earlier((*this)[KeyTime::inactive], (*this)[KeyTime::remove]),
                   (*this)[KeyTime::revoke]);
}

KeyState KeyTimes::state_at(dns::UnixTime now) const {
    if (reached((*this)[KeyTime::remove], now)) return KeyState::removed;
    bool seen = reached(published_from(), now);
    if (seen && reached((*this)[KeyTime::revoke], now)) return KeyState::revoked;
    if (seen && reached((*this)[KeyTime::inactive], now)) return KeyState::retired;
    if (reached(active_from(), now)) return KeyState::active;
    return seen ? KeyState::published : KeyState::hidden;
}

Moment KeyTimes::next_step(dns::UnixTime now) const {
    Moment next;
    for (Moment moment : all_)
        if (moment && *moment > now && state_at(*moment) != state_at(*moment - 1))
            next = earlier(next, moment);
    return next;
}

}  // namespace signer
