// Octets that are nobody else's to see: cleansed before their memory is given back, also when the
// vector grows. A vector only: a short std::string lives inside its object, past any allocator.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "dns/rdata.h"

namespace signer {

void cleanse(void* memory, size_t size);

template <class T>
struct CleansingAllocator {
    using value_type = T;
    CleansingAllocator() = default;
    template <class Other>
    CleansingAllocator(const CleansingAllocator<Other>&) {}
    T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* memory, size_t count) {
        cleanse(memory, count * sizeof(T));
        std::allocator<T>().deallocate(memory, count);
    }
    bool operator==(const CleansingAllocator&) const { return true; }
};

using SecretOctets = std::vector<uint8_t, CleansingAllocator<uint8_t>>;

class SecretText {
  public:
    SecretText& operator+=(std::string_view more) {
        text_.insert(text_.end(), more.begin(), more.end());
        return *this;
    }
    std::string_view view() const { return {text_.data(), text_.size()}; }
    void resize(size_t size) { text_.resize(size); }
    char* data() { return text_.data(); }
    size_t size() const { return text_.size(); }

  private:
    std::vector<char, CleansingAllocator<char>> text_;
};

}  // namespace signer
