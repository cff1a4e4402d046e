#include "zones/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace zones {

namespace {

constexpr size_t kHuge = size_t{2} << 20;

size_t round_to_pages(size_t octets) {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return (octets + page - 1) / page * page;
}

}  // namespace

Memory::Memory(Memory&& other) noexcept {
    *this = std::move(other);
}

Memory& Memory::operator=(Memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    std::swap(skipped_, other.skipped_);
    std::swap(used, other.used);
    return *this;
}

Memory::~Memory() {
    if (mapped_)
        munmap(data_, size_);
    else if (data_ != nullptr)
        std::free(data_ - skipped_);
}

// From a multiple of the size of huge pages, for gather_pages(). Until then pages are small: a
// virtual machine that gave its free memory back to the host gets a huge page again in 2.5 ms, so
// that a load of 100 MB took from 0.28 to 0.71 s, and takes 0.32 s with small pages. In searches
// over a million names huge pages were worth 5 % at most; gathering them at once (MADV_COLLAPSE)
// made the next load slow again.
Memory Memory::reserve(size_t octets) {
    Memory memory;
    memory.size_ = round_to_pages(octets);
    size_t mapped = memory.size_ + kHuge;
    void* at = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    auto* octets_at = static_cast<uint8_t*>(at);
    size_t skip = -reinterpret_cast<uintptr_t>(octets_at) & (kHuge - 1);
    if (skip > 0) munmap(octets_at, skip);
    munmap(octets_at + skip + memory.size_, mapped - skip - memory.size_);
    memory.data_ = octets_at + skip;
    memory.mapped_ = true;
    if (memory.size_ > 0) madvise(memory.data_, memory.size_, MADV_NOHUGEPAGE);
    return memory;
}

// Merely a wish, so its result does not matter.
void Memory::gather_pages() const {
    const size_t whole = size_ & ~(kHuge - 1);
    if (mapped_ && whole > 0) madvise(data_, whole, MADV_HUGEPAGE);
}

// Aligned by hand: the allocator would leave a hole in front of each piece.
Memory Memory::exact(size_t octets) {
    constexpr size_t kLine = 64;
    constexpr size_t kAligned = 16;  // what malloc promises
    Memory memory;
    auto* start = static_cast<uint8_t*>(std::malloc(octets + kLine - kAligned));
    if (start == nullptr) throw std::bad_alloc();
    memory.skipped_ = static_cast<uint8_t>(-reinterpret_cast<uintptr_t>(start) & (kLine - 1));
    memory.data_ = start + memory.skipped_;
    memory.size_ = octets;
    std::memset(memory.data_, 0, octets);
    memory.used = octets;
    return memory;
}

void Memory::shrink(size_t octets) {
    if (!mapped_) return;
    size_t keep = round_to_pages(octets);
    if (keep < size_) {
        munmap(data_ + keep, size_ - keep);
        size_ = keep;
    }
}

}  // namespace zones
