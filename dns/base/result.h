// Result<T, E>: a value or a reason why there is none.
//
// Bad input is not exceptional here, so what reads input returns one of these. E is small and says
// what went wrong; the caller knows where.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace dns {

// A sentence for people: what happened, where, and what to do next.
struct Fault {
    std::string sentence;
};

template <class T, class E = Fault>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(E fault) : state_(std::in_place_index<1>, std::move(fault)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& value() const& { return std::get<0>(state_); }
    T& value() & { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const E& fault() const { return std::get<1>(state_); }

private:
    std::variant<T, E> state_;
};

// A step that yields nothing but may fail.
template <class E>
class [[nodiscard]] Result<void, E> {
public:
    Result() = default;
    Result(E fault) : fault_(std::move(fault)) {}

    bool ok() const { return !fault_.has_value(); }
    explicit operator bool() const { return ok(); }
    const E& fault() const { return *fault_; }

private:
    std::optional<E> fault_;
};

}  // namespace dns
