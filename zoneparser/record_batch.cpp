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
constexpr size_t kHuge = size_t{4} << 20;
constexpr size_t kPage = 4096;

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
    void* fresh =
        ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) throw std::bad_alloc();
    // Whole files: a hundredth of the page faults. Merely a wish, so its result does not matter.
    if (capacity >= kHuge) ::madvise(fresh, capacity, MADV_HUGEPAGE);
    return static_cast<uint8_t*>(fresh);
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
    if (capacity_ >= kMapped) {
        void* moved = ::mremap(octets_, capacity_, capacity, MREMAP_MAYMOVE);
        if (moved == MAP_FAILED) throw std::bad_alloc();
        octets_ = static_cast<uint8_t*>(moved);
    } else {
        uint8_t* fresh = map_octets(capacity);
        // All of it: who fills a buffer in place may not have told its size.
        if (capacity_ > 0) std::memcpy(fresh, octets_, capacity_);
        std::free(octets_);
        octets_ = fresh;
    }
    capacity_ = capacity;
}

void OctetBuffer::release_spare() {
    size_t needed = std::max(whole_pages(size_), kMapped);
    if (capacity_ < kMapped || capacity_ == needed) return;
    // Shrinking in place does not fail; if it did, the spare pages would merely stay.
    if (::mremap(octets_, capacity_, needed, 0) != MAP_FAILED) capacity_ = needed;
}

}  // namespace zoneparser
