// Memory that the processes of one host share, and stores that bypass the caches.
//
// It uses POSIX shared memory and not MPI_Win_allocate_shared: if the window's file does not fit,
// Open MPI 4.1 fails on rank 0 and leaves the other ranks waiting. It is in C because Swift has
// neither fences between processes nor stores that bypass the caches.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Makes memory of zeros that others open by its token; NULL if the system refuses it.
void *_Nullable host_memory_create(uint64_t token, size_t bytes);

/// Makes the process end with an exit code and a message where it asks for memory that is not there.
///
/// Before the first call, and on other systems than Linux with glibc, the caller gets NULL.
void host_memory_exit_where_none(int code);

/// Removes the names that killed processes of this user have left on this host, and returns how many.
///
/// A process that lives keeps its name locked.
int host_memory_remove_left(void);

/// Opens the memory that another process of this host has made with the same token and size; NULL
/// if there is no such memory.
void *_Nullable host_memory_open(uint64_t token, size_t bytes);

/// Takes a part's pages, near to the caller, so that no later store can fail; false if the host has
/// too few pages.
bool host_memory_take(uint64_t token, size_t first, size_t bytes);

/// Removes the token, so that no other process can open the memory.
///
/// The memory exists until all have closed it.
void host_memory_forget(uint64_t token);

void host_memory_close(void *memory, size_t bytes);

/// Stores a number that any thread of any process may read at any time.
void host_memory_put(int64_t *place, int64_t value);

/// Reads a number that any thread of any process may store at any time.
int64_t host_memory_get(const int64_t *place);

/// Stores values in 16 bits; returns false if a value does not fit, and some are then stored.
///
/// With `past_caches` the stores bypass the caches, where `to` is aligned to 64 bytes.
bool host_memory_store_narrow(
    const int32_t *values, size_t count, int16_t *to, bool past_caches);

/// Stores values of 32 bits as they are, likewise.
void host_memory_store_wide(const int32_t *values, size_t count, int32_t *to, bool past_caches);

/// Stores values of 16 bits, likewise.
void host_memory_store_words(const int16_t *values, size_t count, int16_t *to, bool past_caches);

/// Says at a place of 8 bytes that a round of this process is stored, and how.
void host_memory_arrive(void *place, uint32_t round, uint32_t form);

/// Waits for a round of another process; returns its form, or −1 after some microseconds in vain.
///
/// What the process stored before it arrived can then be loaded.
int32_t host_memory_await(const void *place, uint32_t round);

#pragma clang assume_nonnull end
