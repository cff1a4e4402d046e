#include "zones/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace zones {

Memory::Memory(Memory&& other) noexcept {
    *this = std::move(other);
}

Memory& Memory::operator=(Memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    std::swap(used, other.used);
    return *this;
}

Memory::~Memory() {
    if (mapped_)
        munmap(data_, size_);
    else
        std::free(data_);
}

Memory Memory::reserve(size_t octets) {
    Memory memory;
    memory.size_ = octets;
    void* at = mmap(nullptr, octets, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    // Random searches over a big zone would miss the address translation cache at each step.
    madvise(at, octets, MADV_HUGEPAGE);
    memory.data_ = static_cast<uint8_t*>(at);
    memory.mapped_ = true;
    return memory;
}

Memory Memory::exact(size_t octets) {
    Memory memory;
    memory.size_ = octets;
    memory.data_ = static_cast<uint8_t*>(std::aligned_alloc(64, (octets + 64) & ~size_t{63}));
    if (memory.data_ == nullptr) throw std::bad_alloc();
    std::memset(memory.data_, 0, octets);
    memory.used = octets;
    return memory;
}

void Memory::shrink(size_t octets) {
    if (!mapped_) return;
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_t keep = (octets + page - 1) / page * page;
    if (keep < size_) {
        munmap(data_ + keep, size_ - keep);
        size_ = keep;
    }
}

}  // namespace zones
