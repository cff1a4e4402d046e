#include "zoneparser/record_batch.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace zoneparser {

namespace {

// From here on, memory comes from the system by itself: it goes back there when freed, whatever
// the allocator's habits, and grows by moving pages instead of octets.
constexpr size_t kMapped = size_t{256} << 10;
constexpr size_t kHuge = size_t{2} << 20;
constexpr size_t kPage = 4096;

// ThreadSanitizer does not see that mremap moves pages, and takes the next use of the old addresses
// for a race: under it, buffers grow by copying.
#if defined(__SANITIZE_THREAD__)
#define APEX_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define APEX_THREAD_SANITIZER 1
#endif
#endif
#ifdef APEX_THREAD_SANITIZER
constexpr bool kMovesPages = false;
#else
constexpr bool kMovesPages = true;
#endif

size_t whole_pages(size_t size) {
    return (size + kPage - 1) & ~(kPage - 1);
}

void free_octets(uint8_t* octets, size_t capacity) {
    if (capacity >= kMapped)
        ::munmap(octets, capacity);
    else
        std::free(octets);
}

uint8_t* map_octets(size_t capacity) {
    // A huge page begins at its own multiple: a hundredth of the page faults, a fifth of their
    // cost. What stands in front of that goes back at once.
    bool huge = capacity >= kHuge;
    size_t mapped = huge ? capacity + kHuge : capacity;
    void* fresh =
        ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) throw std::bad_alloc();
    auto* octets = static_cast<uint8_t*>(fresh);
    if (!huge) return octets;
    size_t skip = -reinterpret_cast<uintptr_t>(octets) & (kHuge - 1);
    if (skip > 0) ::munmap(octets, skip);
    if (skip < kHuge) ::munmap(octets + skip + capacity, kHuge - skip);
    octets += skip;
    ::madvise(octets, capacity, MADV_HUGEPAGE);  // merely a wish, so its result does not matter
    return octets;
}

}  // namespace

OctetBuffer::OctetBuffer(OctetBuffer&& other) noexcept
    : octets_(std::exchange(other.octets_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

OctetBuffer& OctetBuffer::operator=(OctetBuffer&& other) noexcept {
    std::swap(octets_, other.octets_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
}

OctetBuffer::~OctetBuffer() {
    free_octets(octets_, capacity_);
}

void OctetBuffer::reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    if (capacity < kMapped) {
        void* fresh = std::realloc(octets_, capacity);
        if (fresh == nullptr) throw std::bad_alloc();
        octets_ = static_cast<uint8_t*>(fresh);
        capacity_ = capacity;
        return;
    }
    capacity = whole_pages(capacity);
    if (kMovesPages && capacity_ >= kMapped) {
        void* moved = ::mremap(octets_, capacity_, capacity, MREMAP_MAYMOVE);
        if (moved == MAP_FAILED) throw std::bad_alloc();
        octets_ = static_cast<uint8_t*>(moved);
    } else {
        uint8_t* fresh = map_octets(capacity);
        // All of it: who fills a buffer in place may not have told its size.
        if (capacity_ > 0) std::memcpy(fresh, octets_, capacity_);
        free_octets(octets_, capacity_);
        octets_ = fresh;
    }
    capacity_ = capacity;
}

void OctetBuffer::release_spare() {
    size_t needed = std::max(whole_pages(size_), kMapped);
    if (!kMovesPages || capacity_ < kMapped || capacity_ == needed) return;
    // Shrinking in place does not fail; if it did, the spare pages would merely stay.
    if (::mremap(octets_, capacity_, needed, 0) != MAP_FAILED) capacity_ = needed;
}

}  // namespace zoneparser
