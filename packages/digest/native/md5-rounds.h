// The four rounds of MD5, written once for all kernels. Included by each after it has defined
//   STEP(function, a, b, c, d, word, shift, constant)   a = b + rotate(function(a + word + constant, b, c, d), shift)
//   F, G, H, I (sum, b, c, d)                           sum + the function of RFC 1321, so that a kernel chooses how to add:
// b is the newest value, and what does not need it must not wait for it.

#define FOUR_STEPS(function, first, word, s0, s1, s2, s3)                            \
  STEP(function, a, b, c, d, word(first), s0, md5_constants[first])                  \
  STEP(function, d, a, b, c, word(first + 1), s1, md5_constants[first + 1])          \
  STEP(function, c, d, a, b, word(first + 2), s2, md5_constants[first + 2])          \
  STEP(function, b, c, d, a, word(first + 3), s3, md5_constants[first + 3])

#define ROUND(function, first, word, s0, s1, s2, s3)          \
  FOUR_STEPS(function, (first), word, s0, s1, s2, s3)         \
  FOUR_STEPS(function, (first + 4), word, s0, s1, s2, s3)     \
  FOUR_STEPS(function, (first + 8), word, s0, s1, s2, s3)     \
  FOUR_STEPS(function, (first + 12), word, s0, s1, s2, s3)

#define WORD_F(i) ((i) & 15)
#define WORD_G(i) ((5 * (i) + 1) & 15)
#define WORD_H(i) ((3 * (i) + 5) & 15)
#define WORD_I(i) ((7 * (i)) & 15)

#define ALL_ROUNDS                        \
  ROUND(F, 0, WORD_F, 7, 12, 17, 22)      \
  ROUND(G, 16, WORD_G, 5, 9, 14, 20)      \
  ROUND(H, 32, WORD_H, 4, 11, 16, 23)     \
  ROUND(I, 48, WORD_I, 6, 10, 15, 21)

// The integer parts of 2^32 |sin(i + 1)|, i in radians.
static const uint32_t md5_constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
