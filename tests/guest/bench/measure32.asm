; word_t measure(function, a, b, c, d, e), 32-bit: calls function(a, b, c, d, e) between two magic
; breakpoints. Whoever counts sees the instructions of the call, of the function with its RET, and
; of the second breakpoint.

bits 32
global measure, bench_prepare, measure_switch, touch, page_fault
extern bench_demand

section .text
measure:
    push ebx
    mov edx, esp
    push dword [edx + 28]
    push dword [edx + 24]
    push dword [edx + 20]
    push dword [edx + 16]
    push dword [edx + 12]
    xchg bx, bx
    call [edx + 8]
    xchg bx, bx
    add esp, 20
    pop ebx
    ret

touch:
    mov eax, [esp + 4]
    mov byte [eax], 1
    ret

page_fault:
    push eax
    push ecx
    push edx
    mov eax, cr2
    push eax
    call bench_demand
    add esp, 4
    pop edx
    pop ecx
    pop eax
    add esp, 4                            ; the error code
    iretd

; void switch_to(word_t *own_stack, word_t stack, word_t cr3): what is saved is what C expects kept.
switch_to:
    push ebx
    push esi
    push edi
    push ebp
    mov eax, [esp + 20]
    mov ecx, [esp + 24]
    mov edx, [esp + 28]
    mov [eax], esp
    mov cr3, edx
    mov esp, ecx
    pop ebp
    pop edi
    pop esi
    pop ebx
    ret

measure_switch:
    mov eax, [esp + 4]
    mov ecx, [esp + 8]
    mov edx, [esp + 12]
    mov [back], ecx
    mov [place], edx
    push eax
    push dword other_frame
    push dword stack_here
    xchg bx, bx
    call switch_to
    add esp, 12
    mov eax, [seen]
    ret

other_task:
    xchg bx, bx
    mov eax, [place]
    mov eax, [eax]
    mov [seen], eax
    push dword [back]
    push dword [stack_here]
    push dword stack_other
    call switch_to

bench_prepare:                            ; paging is off: memory is where its address says
    ret

section .data
align 16
    times 32 dd 0
other_frame:
    dd 0, 0, 0, 0, other_task

section .bss nobits alloc noexec write
stack_here:  resd 1
stack_other: resd 1
back:        resd 1
place:       resd 1
seen:        resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
