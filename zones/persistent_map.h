// A persistent ordered map: a treap whose nodes are shared between versions. put() and erase() make
// a new version at the cost of one path; the old one stays as it was.
//
// Order is a policy: `Probe`, `compare(probe, value)`, `probe_of(value)`. Priorities come from the
// value's keyed hash, so the depth is that of a random tree whatever names are chosen.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace zones {

template <class Value, class Order>
class PersistentMap {
    struct Branch;
    // Holds a branch together with who else does: two thirds of what a std::shared_ptr would take.
    class Link {
      public:
        Link() = default;
        Link(std::nullptr_t) {}
        explicit Link(const Branch* branch) : branch_(branch) {}
        Link(const Link& other) : branch_(other.branch_) {
            if (branch_ != nullptr) branch_->holders.fetch_add(1, std::memory_order_relaxed);
        }
        Link(Link&& other) noexcept : branch_(std::exchange(other.branch_, nullptr)) {}
        Link& operator=(Link other) noexcept {
            std::swap(branch_, other.branch_);
            return *this;
        }
        ~Link() {
            if (branch_ != nullptr && branch_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
                delete branch_;
        }
        const Branch* get() const { return branch_; }
        const Branch* operator->() const { return branch_; }
        bool operator==(std::nullptr_t) const { return branch_ == nullptr; }

      private:
        const Branch* branch_ = nullptr;
    };
    struct Branch {
        Branch(std::shared_ptr<const Value> held, Link to_left, Link to_right)
            : value(std::move(held)), left(std::move(to_left)), right(std::move(to_right)) {}
        uint64_t priority() const { return mix(value->hash); }

        std::shared_ptr<const Value> value;
        Link left, right;
        mutable std::atomic<uint32_t> holders{1};
    };

  public:
    using Probe = typename Order::Probe;

    bool empty() const { return root_ == nullptr; }

    const Value* find(const Probe& probe) const {
        const Branch* at = root_.get();
        while (at != nullptr) {
            int side = Order::compare(probe, *at->value);
            if (side == 0) return at->value.get();
            at = side < 0 ? at->left.get() : at->right.get();
        }
        return nullptr;
    }

    // The last value that is not behind the probe; before(): that stands in front of it.
    const Value* at_or_before(const Probe& probe) const { return last(probe, 0); }
    const Value* before(const Probe& probe) const { return last(probe, 1); }

    const Value* last() const {
        const Branch* at = root_.get();
        while (at != nullptr && at->right != nullptr) at = at->right.get();
        return at != nullptr ? at->value.get() : nullptr;
    }

    // True if the map grew, false if the value took the place of an equal one.
    bool put(std::shared_ptr<const Value> value) {
        Probe probe = Order::probe_of(*value);
        uint64_t priority = mix(value->hash);
        if (find(probe) != nullptr) {
            root_ = replace(root_.get(), probe, std::move(value));
            return false;
        }
        root_ = insert(root_, probe, priority, std::move(value));
        return true;
    }

    // True if it was there.
    bool erase(const Probe& probe) {
        if (find(probe) == nullptr) return false;
        root_ = without(root_.get(), probe);
        return true;
    }

    // Values in order; the version that it walks has to outlive it.
    class Cursor {
      public:
        Cursor() = default;
        explicit Cursor(const PersistentMap& map) { descend(map.root_.get()); }
        // From the first value that does not stand in front of the probe.
        Cursor(const PersistentMap& map, const Probe& from) {
            for (const Branch* at = map.root_.get(); at != nullptr;) {
                bool behind = Order::compare(from, *at->value) <= 0;
                if (behind) path_.push_back(at);
                at = behind ? at->left.get() : at->right.get();
            }
        }
        explicit operator bool() const { return !path_.empty(); }
        const Value& operator*() const { return *path_.back()->value; }
        const std::shared_ptr<const Value>& shared() const { return path_.back()->value; }
        void next() {
            const Branch* done = path_.back();
            path_.pop_back();
            descend(done->right.get());
        }

      private:
        void descend(const Branch* at) {
            for (; at != nullptr; at = at->left.get()) path_.push_back(at);
        }
        std::vector<const Branch*> path_;
    };

  private:
    // The last value for which compare(probe, value) is at least `least`.
    const Value* last(const Probe& probe, int least) const {
        const Branch* at = root_.get();
        const Value* best = nullptr;
        while (at != nullptr) {
            bool fits = Order::compare(probe, *at->value) >= least;
            if (fits) best = at->value.get();
            at = fits ? at->right.get() : at->left.get();
        }
        return best;
    }

    static uint64_t mix(uint64_t hash) { return hash * 0x9e3779b97f4a7c15 ^ hash >> 29; }

    static Link make(std::shared_ptr<const Value> value, Link left, Link right) {
        return Link(new Branch(std::move(value), std::move(left), std::move(right)));
    }

    // Those below go down one path, whose length is that of a random tree.
    static Link replace(const Branch* at, const Probe& probe, std::shared_ptr<const Value> value) {
        int side = Order::compare(probe, *at->value);
        if (side == 0) return make(std::move(value), at->left, at->right);
        if (side < 0)
            return make(at->value, replace(at->left.get(), probe, std::move(value)), at->right);
        return make(at->value, at->left, replace(at->right.get(), probe, std::move(value)));
    }

    static Link insert(const Link& at, const Probe& probe, uint64_t priority,
                       std::shared_ptr<const Value> value) {
        if (at == nullptr) return make(std::move(value), nullptr, nullptr);
        if (priority > at->priority()) {
            Link left, right;
            split(at, probe, left, right);
            return make(std::move(value), std::move(left), std::move(right));
        }
        if (Order::compare(probe, *at->value) < 0)
            return make(at->value, insert(at->left, probe, priority, std::move(value)), at->right);
        return make(at->value, at->left, insert(at->right, probe, priority, std::move(value)));
    }

    static void split(const Link& at, const Probe& probe, Link& left, Link& right) {
        if (at == nullptr) return;
        Link inner;
        if (Order::compare(probe, *at->value) < 0) {
            split(at->left, probe, left, inner);
            right = make(at->value, std::move(inner), at->right);
        } else {
            split(at->right, probe, inner, right);
            left = make(at->value, at->left, std::move(inner));
        }
    }

    static Link without(const Branch* at, const Probe& probe) {
        int side = Order::compare(probe, *at->value);
        if (side == 0) return join(at->left, at->right);
        if (side < 0) return make(at->value, without(at->left.get(), probe), at->right);
        return make(at->value, at->left, without(at->right.get(), probe));
    }

    // All of `left` stands in front of all of `right`.
    static Link join(const Link& left, const Link& right) {
        if (left == nullptr) return right;
        if (right == nullptr) return left;
        if (left->priority() > right->priority())
            return make(left->value, left->left, join(left->right, right));
        return make(right->value, join(left, right->left), right->right);
    }

    Link root_;
};

}  // namespace zones
