#include "row-walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "file-job.h"

// The format of LMDB's file, in the version that `lmdb` writes; packages/storage-local/src/metadata/leaf-pages.ts has the
// same places. All numbers are little-endian.
#define META_BYTES 160
#define META_MAGIC 24
#define META_VERSION 28
#define META_PAGE_BYTES 48
#define META_TREE 96
#define META_LAST_PAGE 144
#define META_COMMIT 152
#define MAGIC 0xbeefc0deu
#define VERSION 2
#define PAGE_BYTES_MIN 512
#define PAGE_BYTES_MAX 65536

#define HEAD_BYTES 24
#define HEAD_FLAGS 18
#define HEAD_NODES_END 20
#define PAGE_BRANCH 1
#define PAGE_LEAF 2
#define PAGE_LONG_VALUE 4
#define PAGE_KINDS 0x6f

#define NODE_BYTES 8
#define NODE_FLAGS 4
#define NODE_KEY_BYTES 6
#define NODE_LONG_VALUE 1
#define NODE_TREE 2

#define TREE_FLAGS 4
#define TREE_DEPTH 6
#define TREE_ROOT 40
#define TREE_BYTES 48
// Flags that do not change the order of keys, nor the form of pages.
#define TREE_FLAGS_MAX 0
#define DEPTH_MAX 8
#define PAGES_MAX (1ull << 36)

#define LENGTH_BYTES 4
#define SEAL_BYTES 4
// A CRC-32 of any bytes followed by their own CRC-32.
#define SOUND 0x2144df1cu
#define KEY_BYTES_MAX 4096

typedef struct walk_text text;

// A page on the way from the root to a leaf.
struct level {
  uint64_t number; // 0: none is loaded
  size_t nodes, at;
  uint8_t *bytes;
};

struct node {
  text key;
  const uint8_t *head;
};

struct walk {
  const struct walk_job *job;
  const struct crc_kernel *kernel;
  size_t page_bytes, depth;
  uint64_t last_page, root;
  struct level levels[DEPTH_MAX];
  // Why it ended, once a function has returned false.
  enum walk_end end;
  uint8_t *out;
  size_t room;
  struct walk_result result;
};

static uint64_t number_at(const uint8_t *at, size_t bytes) {
  uint64_t number = 0;
  for (size_t i = bytes; i-- > 0;) number = number << 8 | at[i];
  return number;
}

static int compare(text left, text right) {
  const size_t both = left.length < right.length ? left.length : right.length;
  const int order = both == 0 ? 0 : memcmp(left.at, right.at, both);
  if (order != 0) return order;
  return left.length < right.length ? -1 : left.length > right.length;
}

static bool equal(text left, text right) { return left.length == right.length && compare(left, right) == 0; }

// Ends the walk; for `return`.
static bool ends(struct walk *walk, enum walk_end end) {
  walk->end = end;
  return false;
}

// Pages

static bool read_at(struct walk *walk, uint8_t *bytes, size_t length, uint64_t position) {
  const int64_t read = file_read_now(walk->job->fd, bytes, length, (int64_t)position, walk->job->only_cached);
  if (read == (int64_t)length) return true;
  // an end of the file, too, is found out by another way
  return ends(walk, walk->job->only_cached ? WALK_NOT_CACHED : WALK_OTHER);
}

static bool check_number(struct walk *walk, uint64_t number) {
  return (number > 1 && number <= walk->last_page) || ends(walk, WALK_OTHER);
}

static bool load(struct walk *walk, struct level *level, uint64_t number, unsigned kind) {
  level->at = 0;
  if (level->number == number) return true;
  level->number = 0;
  if (!check_number(walk, number) || !read_at(walk, level->bytes, walk->page_bytes, number * walk->page_bytes)) return false;
  const size_t nodes_end = number_at(level->bytes + HEAD_NODES_END, 2);
  if (number_at(level->bytes, 8) != number || (number_at(level->bytes + HEAD_FLAGS, 2) & PAGE_KINDS) != kind ||
      nodes_end < 2 || HEAD_BYTES + nodes_end > walk->page_bytes) {
    return ends(walk, WALK_OTHER);
  }
  level->number = number;
  level->nodes = nodes_end / 2;
  return true;
}

static bool read_node(struct walk *walk, const struct level *level, size_t index, struct node *node) {
  const size_t at = HEAD_BYTES + number_at(level->bytes + HEAD_BYTES + 2 * index, 2);
  if (at + NODE_BYTES > walk->page_bytes) return ends(walk, WALK_OTHER);
  node->head = level->bytes + at;
  node->key = (text){node->head + NODE_BYTES, number_at(node->head + NODE_KEY_BYTES, 2)};
  return at + NODE_BYTES + node->key.length <= walk->page_bytes || ends(walk, WALK_OTHER);
}

// The value of a leaf's node, as far as it is in the page.
static bool read_value(struct walk *walk, const struct level *level, const struct node *node, size_t length, text *value) {
  *value = (text){node->key.at + node->key.length, length};
  return length <= (size_t)(level->bytes + walk->page_bytes - value->at) || ends(walk, WALK_OTHER);
}

// Moves to the first node whose key is not less; to the end of the page if all are.
static bool find_first(struct walk *walk, struct level *level, text key) {
  size_t low = level->at, high = level->nodes;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    struct node node;
    if (!read_node(walk, level, middle, &node)) return false;
    if (compare(node.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  level->at = low;
  return true;
}

// Moves to the node of a branch whose subtree has the key. The first one stands for all keys below the second.
static bool find_child(struct walk *walk, struct level *level, text key) {
  size_t low = 0, high = level->nodes;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    struct node node;
    if (!read_node(walk, level, middle, &node)) return false;
    if (compare(key, node.key) < 0) high = middle;
    else low = middle;
  }
  level->at = low;
  return true;
}

// Loads the page below a node of a branch.
static bool load_child(struct walk *walk, size_t depth) {
  struct node node;
  if (!read_node(walk, &walk->levels[depth], walk->levels[depth].at, &node)) return false;
  const uint64_t number = number_at(node.head, 2) | number_at(node.head + 2, 2) << 16 | number_at(node.head + NODE_FLAGS, 2) << 32;
  return load(walk, &walk->levels[depth + 1], number, depth + 2 == walk->depth ? PAGE_LEAF : PAGE_BRANCH);
}

// The tree

// Reads the page of the trees' names: it has the mark, and the record of the tree.
static bool read_names(struct walk *walk, const uint8_t *meta) {
  const struct walk_job *job = walk->job;
  struct level *names = &walk->levels[0];
  walk->last_page = number_at(meta + META_LAST_PAGE, 8);
  names->number = 0;
  // it is one page: there is one name, and a few rows about the file
  if (walk->last_page > PAGES_MAX || number_at(meta + META_TREE + TREE_DEPTH, 2) != 1) return ends(walk, WALK_OTHER);
  if (!load(walk, names, number_at(meta + META_TREE + TREE_ROOT, 8), PAGE_LEAF)) return false;
  bool is_marked = false, is_found = false;
  for (size_t i = 0; i < names->nodes; i++) {
    struct node node;
    text value;
    if (!read_node(walk, names, i, &node)) return false;
    const size_t length = number_at(node.head, 4), flags = number_at(node.head + NODE_FLAGS, 2);
    if (!read_value(walk, names, &node, length, &value)) return false;
    if (flags == 0 && equal(node.key, job->mark_key)) is_marked = equal(value, job->mark);
    if (flags != NODE_TREE || length != TREE_BYTES || !equal(node.key, job->name)) continue;
    walk->depth = number_at(value.at + TREE_DEPTH, 2);
    walk->root = number_at(value.at + TREE_ROOT, 8);
    is_found = number_at(value.at + TREE_FLAGS, 2) <= TREE_FLAGS_MAX;
  }
  if (!is_marked || !is_found || walk->depth == 0 || walk->depth > DEPTH_MAX) return ends(walk, WALK_OTHER);
  names->number = 0;
  return true;
}

static bool allocate(struct walk *walk, uint8_t **memory) {
  *memory = malloc(DEPTH_MAX * walk->page_bytes);
  if (*memory == NULL) return ends(walk, WALK_OTHER);
  for (size_t i = 0; i < DEPTH_MAX; i++) walk->levels[i] = (struct level){.bytes = *memory + i * walk->page_bytes};
  return true;
}

// Finds the tree in the state of the file that has the mark: that of the newest commit, or of the one before.
static bool open_tree(struct walk *walk, uint8_t **memory) {
  uint8_t metas[2][META_BYTES];
  if (!read_at(walk, metas[0], META_BYTES, 0)) return false;
  walk->page_bytes = number_at(metas[0] + META_PAGE_BYTES, 4);
  if (number_at(metas[0] + META_MAGIC, 4) != MAGIC || number_at(metas[0] + META_VERSION, 4) != VERSION ||
      walk->page_bytes < PAGE_BYTES_MIN || walk->page_bytes > PAGE_BYTES_MAX) {
    return ends(walk, WALK_OTHER);
  }
  if (!read_at(walk, metas[1], META_BYTES, walk->page_bytes) || !allocate(walk, memory)) return false;
  const int newest = number_at(metas[1] + META_COMMIT, 8) > number_at(metas[0] + META_COMMIT, 8);
  return read_names(walk, metas[newest]) || (walk->end == WALK_OTHER && read_names(walk, metas[!newest]));
}

static struct level *leaf_of(struct walk *walk) { return &walk->levels[walk->depth - 1]; }

// Moves to the first row whose key is not less; behind the last row of a leaf if all of its keys are.
static bool seek(struct walk *walk, text key) {
  if (!load(walk, &walk->levels[0], walk->root, walk->depth == 1 ? PAGE_LEAF : PAGE_BRANCH)) return false;
  for (size_t depth = 0; depth + 1 < walk->depth; depth++) {
    if (!find_child(walk, &walk->levels[depth], key) || !load_child(walk, depth)) return false;
  }
  return find_first(walk, leaf_of(walk), key);
}

// Moves from the end of a leaf to the next one; false with `WALK_DONE` behind the last.
static bool next_leaf(struct walk *walk) {
  size_t depth = walk->depth - 1;
  do {
    if (depth == 0) return ends(walk, WALK_DONE);
    depth--;
  } while (++walk->levels[depth].at >= walk->levels[depth].nodes);
  for (; depth + 1 < walk->depth; depth++) {
    if (!load_child(walk, depth)) return false;
  }
  return true;
}

// Rows

static uint8_t *put_counted(uint8_t *at, const void *bytes, size_t length) {
  for (size_t i = 0; i < LENGTH_BYTES; i++) at[i] = (uint8_t)(length >> 8 * i);
  if (bytes != NULL) memcpy(at + LENGTH_BYTES, bytes, length);
  return at + LENGTH_BYTES + length;
}

// Reads a value that has pages of its own.
static bool read_long_value(struct walk *walk, uint64_t number, uint8_t *into, size_t length) {
  uint8_t head[HEAD_BYTES];
  const uint64_t position = number * walk->page_bytes;
  if (!check_number(walk, number) || !read_at(walk, head, HEAD_BYTES, position)) return false;
  if (number_at(head, 8) != number || (number_at(head + HEAD_FLAGS, 2) & PAGE_KINDS) != PAGE_LONG_VALUE) {
    return ends(walk, WALK_OTHER);
  }
  return read_at(walk, into, length, position + HEAD_BYTES);
}

// Appends a row whose checksum is right. `out` has its value with the checksum at first, which the next row overwrites.
static bool put_row(struct walk *walk, const struct node *node) {
  const struct level *leaf = leaf_of(walk);
  const size_t length = number_at(node->head, 4), flags = number_at(node->head + NODE_FLAGS, 2);
  const size_t needed = 2 * LENGTH_BYTES + node->key.length + length;
  text value;
  if (length < SEAL_BYTES || (flags & ~(size_t)NODE_LONG_VALUE) != 0) return ends(walk, WALK_OTHER);
  if (length > walk->room || needed > walk->room - walk->result.bytes) return ends(walk, WALK_FULL);
  if (!read_value(walk, leaf, node, flags == 0 ? length : 8, &value)) return false;
  uint8_t *at = put_counted(walk->out + walk->result.bytes, node->key.at, node->key.length);
  const struct crc *crc = crc_of(CRC_32);
  uint64_t sum;
  if (flags == 0) {
    memcpy(at + LENGTH_BYTES, value.at, length);
    // one behind the other
    sum = crc_update(walk->kernel, crc, 0, node->key.at, node->key.length + length);
  } else {
    if (!read_long_value(walk, number_at(value.at, 8), at + LENGTH_BYTES, length)) return false;
    sum = crc_update(walk->kernel, crc, 0, node->key.at, node->key.length);
    sum = crc_update(walk->kernel, crc, sum, at + LENGTH_BYTES, length);
  }
  if (sum != SOUND) return ends(walk, WALK_OTHER);
  put_counted(at, NULL, length - SEAL_BYTES);
  walk->result.bytes += needed - SEAL_BYTES;
  walk->result.rows++;
  return true;
}

// The bytes that a key shares with the others of its group; 0 if it is in none.
static size_t group_of(const struct walk_job *job, text key) {
  if (job->delimiter.length == 0 || key.length < job->after) return 0;
  const uint8_t *start = key.at + job->after, *stop = key.at + key.length;
  const uint8_t *end = start == stop ? NULL : memchr(start, job->end, (size_t)(stop - start));
  for (const uint8_t *at = start; (size_t)(stop - at) >= job->delimiter.length; at++) {
    if (memcmp(at, job->delimiter.at, job->delimiter.length) != 0) continue;
    const uint8_t *behind = at + job->delimiter.length;
    return end == NULL || behind <= end ? (size_t)(behind - key.at) : 0;
  }
  return 0;
}

// The least bound that is greater than all keys with this start; false if all keys are less.
static bool successor(text start, uint8_t *bytes, text *result) {
  size_t length = start.length;
  while (length > 0 && start.at[length - 1] == 0xff) length--;
  if (length == 0) return false;
  memcpy(bytes, start.at, length);
  bytes[length - 1]++;
  *result = (text){bytes, length};
  return true;
}

// Moves behind a group, within the leaf if that is possible.
static bool skip_group(struct walk *walk, text start) {
  uint8_t bytes[KEY_BYTES_MAX];
  text bound;
  struct level *leaf = leaf_of(walk);
  struct node last;
  if (!successor(start, bytes, &bound)) return ends(walk, WALK_DONE);
  if (!read_node(walk, leaf, leaf->nodes - 1, &last)) return false;
  return compare(last.key, bound) < 0 ? seek(walk, bound) : find_first(walk, leaf, bound);
}

// Takes the row at the walk's place and moves behind it. Keys grow with each row: so a walk ends, whatever the file holds.
static bool take_row(struct walk *walk, uint8_t *previous, size_t *previous_length) {
  struct level *leaf = leaf_of(walk);
  struct node node;
  if (leaf->at >= leaf->nodes) {
    if (!next_leaf(walk)) return false;
    leaf->at = 0;
  }
  if (!read_node(walk, leaf, leaf->at, &node)) return false;
  if (compare(node.key, walk->job->to) >= 0) return ends(walk, WALK_DONE);
  if (node.key.length > KEY_BYTES_MAX || compare(node.key, (text){previous, *previous_length}) <= 0 ||
      compare(node.key, walk->job->from) < 0) {
    return ends(walk, WALK_OTHER);
  }
  if (!put_row(walk, &node)) return false;
  memcpy(previous, node.key.at, node.key.length);
  *previous_length = node.key.length;
  const size_t group = group_of(walk->job, node.key);
  if (group > 0) return skip_group(walk, (text){previous, group});
  leaf->at++;
  return true;
}

enum walk_end walk_rows(const struct walk_job *job, const struct crc_kernel *kernel, uint8_t *out, size_t room,
                        struct walk_result *result) {
  struct walk walk = {.job = job, .kernel = kernel, .out = out, .room = room};
  uint8_t *memory = NULL, previous[KEY_BYTES_MAX];
  size_t previous_length = 0;
  if (open_tree(&walk, &memory) && seek(&walk, job->from)) {
    walk.end = WALK_DONE;
    while (walk.result.rows < job->limit && take_row(&walk, previous, &previous_length)) continue;
  }
  free(memory);
  *result = walk.result;
  return walk.end;
}
