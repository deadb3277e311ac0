/* memcpy, memmove and memcmp for the static build: musl's are made to be small, and cost a fifth of a list. */
#include <stddef.h>
#include <stdint.h>

typedef uint8_t block __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t word __attribute__((aligned(1), may_alias));
typedef uint32_t half __attribute__((aligned(1), may_alias));
typedef uint16_t pair __attribute__((aligned(1), may_alias));

/* Everything is read before anything is written, so that the two may overlap. */
static inline void small(unsigned char *to, const unsigned char *from, size_t n) {
    if (n >= 16) {
        if (n > 32) {
            block a = *(block *)from, b = *(block *)(from + 16);
            block c = *(block *)(from + n - 32), d = *(block *)(from + n - 16);
            *(block *)to = a, *(block *)(to + 16) = b;
            *(block *)(to + n - 32) = c, *(block *)(to + n - 16) = d;
            return;
        }
        block a = *(block *)from, b = *(block *)(from + n - 16);
        *(block *)to = a, *(block *)(to + n - 16) = b;
    } else if (n >= 8) {
        word a = *(word *)from, b = *(word *)(from + n - 8);
        *(word *)to = a, *(word *)(to + n - 8) = b;
    } else if (n >= 4) {
        half a = *(half *)from, b = *(half *)(from + n - 4);
        *(half *)to = a, *(half *)(to + n - 4) = b;
    } else if (n >= 2) {
        pair a = *(pair *)from, b = *(pair *)(from + n - 2);
        *(pair *)to = a, *(pair *)(to + n - 2) = b;
    } else if (n == 1) {
        *to = *from;
    }
}

static inline void forwards(unsigned char *to, const unsigned char *from, size_t n) {
    block last[4];
    for (int i = 0; i < 4; i++)
        last[i] = *(block *)(from + n - 64 + 16 * i);
    unsigned char *end = to + n - 64;
    for (; to < end; to += 64, from += 64) {
        block a = *(block *)from, b = *(block *)(from + 16), c = *(block *)(from + 32), d = *(block *)(from + 48);
        *(block *)to = a, *(block *)(to + 16) = b, *(block *)(to + 32) = c, *(block *)(to + 48) = d;
    }
    for (int i = 0; i < 4; i++)
        *(block *)(end + 16 * i) = last[i];
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    if (n <= 64)
        small(to, from, n);
    else
        forwards(to, from, n);
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    if (n <= 64) {
        small(to, from, n);
    } else if ((uintptr_t)to - (uintptr_t)from >= n) {
        forwards(to, from, n);
    } else {
        block first[4];
        for (int i = 0; i < 4; i++)
            first[i] = *(block *)((unsigned char *)from + 16 * i);
        for (size_t i = n; i > 64; i -= 64) {
            unsigned char *t = (unsigned char *)to + i - 64;
            const unsigned char *f = (const unsigned char *)from + i - 64;
            block a = *(block *)f, b = *(block *)(f + 16), c = *(block *)(f + 32), d = *(block *)(f + 48);
            *(block *)t = a, *(block *)(t + 16) = b, *(block *)(t + 32) = c, *(block *)(t + 48) = d;
        }
        for (int i = 0; i < 4; i++)
            *(block *)((unsigned char *)to + 16 * i) = first[i];
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t n) {
    const unsigned char *l = left, *r = right;
    for (; n >= 8; n -= 8, l += 8, r += 8) {
        uint64_t a = *(word *)l, b = *(word *)r;
        if (a != b) {
            a = __builtin_bswap64(a), b = __builtin_bswap64(b);
            return a < b ? -1 : 1;
        }
    }
    for (; n; n--, l++, r++)
        if (*l != *r)
            return *l - *r;
    return 0;
}

int bcmp(const void *left, const void *right, size_t n) { return memcmp(left, right, n); }
