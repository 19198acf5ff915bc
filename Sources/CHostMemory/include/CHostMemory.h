// Memory that the processes of one host share, and stores that leave the caches alone.
//
// POSIX shared memory, not MPI_Win_allocate_shared: where the window's file does not fit, Open MPI
// 4.1 fails on rank 0 and leaves the others waiting for it. In C because Swift has no name for
// fences between processes and for stores past the caches.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Makes memory of zeros that others open by its token; NULL where that is refused.
void *_Nullable host_memory_create(uint64_t token, size_t bytes);

/// Opens what another process of this host has made with the same token and size; NULL where there
/// is none.
void *_Nullable host_memory_open(uint64_t token, size_t bytes);

/// Takes a part's pages, near to the caller, so that no later store fails; false where they are not
/// to be had.
bool host_memory_take(uint64_t token, size_t first, size_t bytes);

/// Forgets the token. The memory is there until all have closed it.
void host_memory_forget(uint64_t token);

void host_memory_close(void *memory, size_t bytes);

/// Orders what this process has stored or loaded before, past the caches or not, with what it does
/// after.
void host_memory_fence(void);

/// Stores values in 16 bits past the caches. Returns false, with some of them stored, where one does
/// not fit. `to` is aligned to 64 bytes.
bool host_memory_store_narrow(const int32_t *values, size_t count, int16_t *to);

/// Stores values as they are, likewise.
void host_memory_store_wide(const int32_t *values, size_t count, int32_t *to);

/// Stores values of 16 bits, likewise.
void host_memory_store_words(const int16_t *values, size_t count, int16_t *to);

#pragma clang assume_nonnull end
