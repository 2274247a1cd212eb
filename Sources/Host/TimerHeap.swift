/// The timers of a loop, the next one first: a binary heap in which each timer knows its place.
struct TimerHeap {
  private var heap: [LoopTimer] = []

  var count: Int { heap.count }

  /// Files a timer under an instant, or moves it there.
  mutating func file(_ timer: LoopTimer, at instant: Int64) {
    if timer.heapIndex < 0 {
      timer.filedAt = instant
      timer.heapIndex = heap.count
      heap.append(timer)
      rise(heap.count - 1)
    } else {
      timer.filedAt = instant
      rise(timer.heapIndex)
      sink(timer.heapIndex)
    }
  }

  mutating func remove(_ timer: LoopTimer) {
    let index = timer.heapIndex
    guard index >= 0 else { return }
    let last = heap.removeLast()
    if last !== timer {
      heap[index] = last
      last.heapIndex = index
      rise(index)
      sink(last.heapIndex)
    }
    timer.heapIndex = -1
    timer.filedAt = .max
  }

  /// The next timer whose instant has come, taken out of the heap.
  mutating func takeDue(at now: Int64) -> LoopTimer? {
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
    let timer = heap[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard timer.filedAt < heap[parent].filedAt else { break }
      place(heap[parent], at: index)
      index = parent
    }
    place(timer, at: index)
  }

  private mutating func sink(_ start: Int) {
    var index = start
    let timer = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].filedAt < heap[child].filedAt { child += 1 }
      guard heap[child].filedAt < timer.filedAt else { break }
      place(heap[child], at: index)
      index = child
    }
    place(timer, at: index)
  }

  private mutating func place(_ timer: LoopTimer, at index: Int) {
    heap[index] = timer
    timer.heapIndex = index
  }
}
