/// The waiters of a loop that have a deadline, the next one first: a binary heap in which each waiter knows its place.
struct TimerHeap {
  private var heap: [Waiter] = []

  var count: Int { heap.count }

  /// Files a waiter under an instant, or moves it there.
  mutating func file(_ waiter: Waiter, at instant: Int64) {
    if waiter.heapIndex < 0 {
      waiter.filedAt = instant
      waiter.heapIndex = heap.count
      heap.append(waiter)
      rise(heap.count - 1)
    } else {
      waiter.filedAt = instant
      rise(waiter.heapIndex)
      sink(waiter.heapIndex)
    }
  }

  mutating func remove(_ waiter: Waiter) {
    let index = waiter.heapIndex
    guard index >= 0 else { return }
    let last = heap.removeLast()
    if last !== waiter {
      heap[index] = last
      last.heapIndex = index
      rise(index)
      sink(last.heapIndex)
    }
    waiter.heapIndex = -1
    waiter.filedAt = .max
  }

  /// The next waiter whose instant has come, taken out of the heap.
  mutating func takeDue(at now: Int64) -> Waiter? {
    guard let first = heap.first, first.filedAt <= now else { return nil }
    remove(first)
    return first
  }

  /// Milliseconds until the next instant for `epoll_wait`; −1 when there is none.
  func wait(at now: Int64) -> Int32 {
    guard let first = heap.first else { return -1 }
    return Int32(clamping: max(0, first.filedAt - now))
  }

  private mutating func rise(_ start: Int) {
    var index = start
    let waiter = heap[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard waiter.filedAt < heap[parent].filedAt else { break }
      place(heap[parent], at: index)
      index = parent
    }
    place(waiter, at: index)
  }

  private mutating func sink(_ start: Int) {
    var index = start
    let waiter = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].filedAt < heap[child].filedAt { child += 1 }
      guard heap[child].filedAt < waiter.filedAt else { break }
      place(heap[child], at: index)
      index = child
    }
    place(waiter, at: index)
  }

  private mutating func place(_ waiter: Waiter, at index: Int) {
    heap[index] = waiter
    waiter.heapIndex = index
  }
}
