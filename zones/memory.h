// Memory for bases: address space that is reserved whole and touched as it fills, so that several
// threads can write parts of one base before their sizes are known; or one exact piece, for the
// many zones that are small.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zones {

class Memory {
public:
    Memory() = default;
    Memory(Memory&& other) noexcept;
    Memory& operator=(Memory&& other) noexcept;
    ~Memory();

    // Zeroed; pages that are never written cost nothing. Throws std::bad_alloc.
    static Memory reserve(size_t octets);
    static Memory exact(size_t octets);

    uint8_t* data() const { return data_; }
    size_t size() const { return size_; }
    // Octets that were used, told by who wrote them.
    size_t used = 0;
    // Lets the system gather big memory into huge pages when it has the time: random searches miss
    // the address translation cache less often there.
    void gather_pages() const;
    // Gives pages behind `octets` back.
    void shrink(size_t octets);

private:
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
    bool mapped_ = false;
    uint8_t skipped_ = 0;  // octets in front of data_ that were allocated with it
};

// An array of plain values over such memory, for the big tables of a load.
template <class Value>
class BigArray {
public:
    BigArray() = default;
    explicit BigArray(size_t count)
        : memory_(count * sizeof(Value) < kBig ? Memory::exact(count * sizeof(Value))
                                               : Memory::reserve(count * sizeof(Value))),
          count_(count) {}
    Value* data() const { return reinterpret_cast<Value*>(memory_.data()); }
    size_t size() const { return count_; }
    Value& operator[](size_t index) const { return data()[index]; }

private:
    static constexpr size_t kBig = size_t{1} << 20;
    Memory memory_;
    size_t count_ = 0;
};

}  // namespace zones
